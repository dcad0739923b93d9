"""Runs the suite and says at the end, loudly, what could not be run; under CI=true that is a failure."""

import os
import sys

import pytest


class NotRun:
    """Collects every test that was skipped, with its reason."""

    def __init__(self) -> None:
        self.reasons: dict[str, list[str]] = {}

    def note(self, report: pytest.TestReport | pytest.CollectReport) -> None:
        if report.skipped and not hasattr(report, "wasxfail"):
            reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
            self.reasons.setdefault(reason.removeprefix("Skipped: "), []).append(report.nodeid)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.note(report)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        self.note(report)

    def say(self) -> None:
        """What was not run, and why."""
        sys.stdout.write(f"\n{' NOT RUN ':!^80}\n")
        for reason, tests in self.reasons.items():
            sys.stdout.write("\n    ".join([reason, *tests]) + "\n")


def main() -> int:
    """The suite's exit code, or 1 where CI=true and a test was not run."""
    not_run = NotRun()
    code = int(pytest.main(["-n", "2", "--dist", "loadscope", *sys.argv[1:]], plugins=[not_run]))
    if not not_run.reasons:
        return code
    not_run.say()
    if os.environ.get("CI") == "true":
        sys.stdout.write("Under CI=true this is a failure.\n")
        return code or 1
    return code


if __name__ == "__main__":
    sys.exit(main())

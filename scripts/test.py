"""Runs the suite and says at the end, loudly, what could not be run (under CI=true that is a failure) and what passed
only when it was tried again."""

import os
import sys

import pytest


class NotRun:
    """Collects every test that was skipped, with its reason."""

    def __init__(self) -> None:
        self.reasons: dict[str, list[str]] = {}
        self.again: list[str] = []

    def note(self, report: pytest.TestReport | pytest.CollectReport) -> None:
        if report.skipped and not hasattr(report, "wasxfail"):
            reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
            self.reasons.setdefault(reason.removeprefix("Skipped: "), []).append(report.nodeid)
        if report.outcome == "rerun":
            self.again.append(f"{report.nodeid}\n{report.longreprtext[-1500:]}")

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.note(report)

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        self.note(report)

    def say_again(self) -> None:
        """What failed once: a busy machine, or a fault that only a busy machine shows. Each deserves a look."""
        sys.stdout.write(f"\n{' FAILED ONCE, THEN TRIED AGAIN ':!^80}\n" + "\n".join(self.again) + "\n")

    def say(self) -> None:
        """What was not run, and why."""
        sys.stdout.write(f"\n{' NOT RUN ':!^80}\n")
        for reason, tests in self.reasons.items():
            sys.stdout.write("\n    ".join([reason, *tests]) + "\n")


def main() -> int:
    """The suite's exit code, or 1 where CI=true and a test was not run."""
    not_run = NotRun()
    code = int(pytest.main(["-n", "2", "--dist", "loadscope", *sys.argv[1:]], plugins=[not_run]))
    if not_run.again:
        not_run.say_again()
    if not not_run.reasons:
        return code
    not_run.say()
    if os.environ.get("CI") == "true":
        sys.stdout.write("Under CI=true this is a failure.\n")
        return code or 1
    return code


if __name__ == "__main__":
    sys.exit(main())

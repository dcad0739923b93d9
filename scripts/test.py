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

    @pytest.hookimpl(trylast=True)
    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        if not self.reasons:
            return
        terminalreporter.section("NOT RUN", sep="!", red=True, bold=True)
        for reason, tests in self.reasons.items():
            terminalreporter.line(f"{reason}", red=True)
            for test in tests:
                terminalreporter.line(f"    {test}")


def main() -> int:
    """The suite's exit code, or 1 where CI=true and a test was not run."""
    not_run = NotRun()
    code = int(pytest.main(sys.argv[1:], plugins=[not_run]))
    if not_run.reasons and os.environ.get("CI") == "true" and code == 0:
        sys.stdout.write("Under CI=true every test must run.\n")
        return 1
    return code


if __name__ == "__main__":
    sys.exit(main())

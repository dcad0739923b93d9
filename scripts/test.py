"""Runs the suite and says at the end, loudly, what could not be run (under CI=true that is a failure) and what passed
only when it was tried again."""

import os
import subprocess
import sys

import pytest

AGAIN = 6
"""How many tests that failed are tried once more, alone. Many of ours live in real time (telephones that speak,
browsers that listen, processes that are killed), and a busy machine can let one of them wait too long. More than a few
that fail are no accident."""


class Noted:
    """Collects every test that was skipped, with its reason, and every one that failed, with the end of its report."""

    def __init__(self) -> None:
        self.not_run: dict[str, list[str]] = {}
        self.failed: dict[str, str] = {}
        self.broken = False

    def _skipped(self, report: pytest.TestReport | pytest.CollectReport) -> None:
        if report.skipped and not hasattr(report, "wasxfail"):
            reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
            self.not_run.setdefault(reason.removeprefix("Skipped: "), []).append(report.nodeid)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self._skipped(report)
        if report.failed:
            self.failed[report.nodeid] = report.longreprtext[-1500:]

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        self._skipped(report)
        self.broken = self.broken or report.failed


def _loudly(title: str, lines: list[str]) -> None:
    sys.stdout.write(f"\n{f' {title} ':!^80}\n" + "\n".join(lines) + "\n")
    sys.stdout.flush()


def _passes_alone(failed: dict[str, str]) -> bool:
    """Whether the few that failed pass in a run of their own, with nothing beside them."""
    command = [sys.executable, "-m", "pytest", "-q", *failed]
    again = subprocess.run(command, check=False).returncode == 0  # noqa: S603 - our own suite
    title = "FAILED, THEN PASSED ALONE: EACH DESERVES A LOOK" if again else "FAILED, AND FAILED AGAIN ALONE"
    _loudly(title, [f"{name}\n{report}" for name, report in failed.items()])
    return again


def main() -> int:
    """The suite's exit code, or 1 where CI=true and a test was not run."""
    noted = Noted()
    code = int(pytest.main(["-n", "2", "--dist", "loadscope", *sys.argv[1:]], plugins=[noted]))
    few = 0 < len(noted.failed) <= AGAIN and not noted.broken
    if code == pytest.ExitCode.TESTS_FAILED and few and _passes_alone(noted.failed):
        code = 0
    if noted.not_run:
        _loudly("NOT RUN", ["\n    ".join([reason, *tests]) for reason, tests in noted.not_run.items()])
        if os.environ.get("CI") == "true":
            sys.stdout.write("Under CI=true this is a failure.\n")
            code = code or 1
    return code


if __name__ == "__main__":
    sys.exit(main())

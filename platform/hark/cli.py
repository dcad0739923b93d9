"""The command line: `hark up`, and everything that is done once and by hand."""

import argparse
import asyncio
import sys
from pkgutil import resolve_name
from typing import NamedTuple

from hark.running.embedded import missing_services, with_services
from infra.services import CannotStartError
from infra.settings import SettingError


class Command(NamedTuple):
    """Where a command is carried out, what it is for, and whether it needs database and Redis to be there.

    The target is a function that takes the rest of the line (`processes` take none) and returns an exit code or None.
    Names, not functions: a command loads only what it uses, and `up` stays small.
    """

    target: str
    says: str
    needs_services: bool = False


COMMANDS = {
    "up": Command("hark.running.up:main", "start Hark and all it stands on; keep it running until told to stop"),
    "voice": Command("hark.running.voice:main", "run an Asterisk beside Hark, fetched where this machine has none"),
    "db": Command("hark.running.db:main", "upgrade the database, check it against the models, write a revision"),
    "platform": Command("hark.running.operators:main", "make somebody a platform operator, or no longer one", True),
    "phone": Command(
        "hark.phone.carriers.fallback:main", "print what takes a number's calls while Hark can't be reached", True
    ),
    "demo": Command(
        "hark.demo.command:main", "fill this installation with five example hotlines, or remove them", True
    ),
    "bench": Command("hark.bench:main", "measure, and print each figure as a ratio"),
    "stripe": Command("hark.bench.processor:main", "say how much of Stripe the simulated payment processor does"),
    "i18n": Command("hark.i18n:main", "collect the texts to translate, or check that none is missing"),
}
PROCESSES = {
    "web": Command("hark.running.web:main", "the web server alone"),
    "worker": Command("hark.running.worker:main", "the worker alone"),
}


def main() -> int:
    """Carry out a command. Trouble that a person can end is one line on the error output, and code 1."""
    every = COMMANDS | PROCESSES
    parser = argparse.ArgumentParser(
        prog="hark",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        description="\n".join(f"{name:8} {command.says}" for name, command in every.items()),
    )
    parser.add_argument("command", choices=every, metavar="command", help="one of the above")
    parser.add_argument("arguments", nargs=argparse.REMAINDER, help="its own; most answer to --help")
    line = parser.parse_args()
    command = every[line.command]
    try:
        if command.needs_services and missing_services():
            return asyncio.run(with_services(line.command, *line.arguments))
        act = resolve_name(command.target)
        return (act() if line.command in PROCESSES else act(line.arguments)) or 0
    except (CannotStartError, SettingError) as error:
        sys.stderr.write(f"hark: {error}\n")
        return 1


if __name__ == "__main__":
    sys.exit(main())

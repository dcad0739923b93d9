"""Finds the Asterisk to run: this system's own where it is recent enough, else the one that the recipe fetched."""

import re
import shutil
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from infra.services.processes.keeper import Say, silent
from infra.services.trouble import CannotStartError
from infra.services.voice.recipe import fetch, loader, made_of, triplet

OLDEST = 20
"""The first major version with everything that Hark asks for."""
ESSENTIAL = "chan_pjsip.so"


@dataclass(frozen=True)
class Program:
    """How Asterisk is called, where its modules and its data (sounds, documentation) lie, and its version.

    `home` is the folder that a fetched one lies in.
    """

    command: tuple[str, ...]
    modules: Path
    data: Path
    version: str
    home: Path | None = None

    @property
    def paths(self) -> tuple[Path, ...]:
        """What the account that runs it must reach."""
        return Path(self.command[0]), Path(self.command[-1]), self.modules, self.data


def find(folder: Path, say: Say = silent) -> Program:
    """An Asterisk that runs here, fetched into `folder` where need be. Raises CannotStartError with one line."""
    if (own := installed()) is not None:
        return own
    try:
        fetch(folder, say)
    except CannotStartError as trouble:
        if not made_of(folder):
            raise
        say(f"{trouble} What was fetched before serves.")
    return fetched(folder)


def installed() -> Program | None:
    """This system's own Asterisk, if it is recent and has its SIP modules."""
    path = shutil.which("asterisk")
    if path is None:
        return None
    version = version_of((path,))
    homes = [Path("/usr/lib/asterisk/modules"), Path("/usr/lib64/asterisk/modules")]
    homes += Path("/usr/lib").glob("*-linux-gnu/asterisk/modules")
    modules = next((home for home in homes if (home / ESSENTIAL).exists()), None)
    if modules is None or int(version.partition(".")[0] or 0) < OLDEST:
        return None
    shared = Path("/usr/share/asterisk")
    return Program((path,), modules, shared if shared.exists() else Path("/var/lib/asterisk"), version)


def packaged() -> Program:
    """Debian's Asterisk as it lies once installed, whether or not it is on this machine: that of our image."""
    return Program(("asterisk",), Path(f"/usr/lib/{triplet()}/asterisk/modules"), Path("/usr/share/asterisk"), "")


def fetched(folder: Path) -> Program:
    """The Asterisk in a folder that the recipe made. Raises CannotStartError when there is none."""
    if not made_of(folder):
        raise CannotStartError("Asterisk is not here yet: run scripts/voice.")
    home = folder.resolve()
    libraries = home / "usr/lib" / triplet()
    command = (str(loader(home)), "--library-path", str(libraries), str(home / "usr/sbin/asterisk"))
    version = version_of(command)
    if not version:
        raise CannotStartError(f"The Asterisk in {folder} does not run here: remove that folder and try again.")
    return Program(command, libraries / "asterisk/modules", home / "usr/share/asterisk", version, home)


def version_of(command: tuple[str, ...]) -> str:
    """What `asterisk -V` says, as in "22.10.1"; empty when it says nothing of the kind."""
    with suppress(OSError, subprocess.SubprocessError):
        said = subprocess.run((*command, "-V"), capture_output=True, text=True, timeout=20, check=True).stdout  # noqa: S603  # found by us
        if found := re.search(r"Asterisk \D*(\d+(?:\.\d+)*)", said):
            return found[1]
    return ""

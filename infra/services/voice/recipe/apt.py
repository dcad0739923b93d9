"""Fetches packages from Debian with this machine's own apt, without root and without touching what is installed."""

import os
import re
import subprocess
from pathlib import Path

from infra.services.trouble import CannotStartError

SUITE = "forky"
"""The first Debian with an Asterisk of today."""
KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
EVERYWHERE = "http://deb.debian.org/debian"
TIMEOUT = 300


class Apt:
    """An apt of our own in `folder`: its lists, its cache, an empty record of what is installed, one source."""

    def __init__(self, folder: Path) -> None:
        if not KEYRING.exists():
            raise CannotStartError(
                f"Asterisk is fetched from Debian, whose keys ({KEYRING}) are missing: install debian-archive-keyring."
            )
        self.folder = folder
        self.debs = folder / "debs"
        for part in ("lists/partial", "cache/archives/partial", "debs"):
            (folder / part).mkdir(parents=True)
        (folder / "status").touch()
        (folder / "sources.list").write_text(f"deb [signed-by={KEYRING}] {mirror()} {SUITE} main\n")
        own = {
            "Dir::State": folder,
            "Dir::State::lists": folder / "lists",
            "Dir::State::status": folder / "status",
            "Dir::Cache": folder / "cache",
            "Dir::Etc::sourcelist": folder / "sources.list",
            "Dir::Etc::sourceparts": "/dev/null",
            "Dir::Etc::preferences": "/dev/null",
            "Dir::Etc::preferencesparts": "/dev/null",
            "Dir::Cache::pkgcache": folder / "cache/packages.bin",
            "Dir::Cache::srcpkgcache": folder / "cache/sources.bin",
            "Acquire::GzipIndexes": "false",
            "Acquire::Languages": "none",
            "Acquire::Retries": "3",
        }
        hooks = "#clear APT::Update::Post-Invoke;\n#clear APT::Update::Post-Invoke-Success;\n"
        if os.geteuid() == 0:
            own["APT::Sandbox::User"] = "root"  # apt's own user can't reach a private folder
        (folder / "apt.conf").write_text("".join(f'{name} "{value}";\n' for name, value in own.items()) + hooks)

    def update(self) -> None:
        """Read what the mirror has. Raises CannotStartError with apt's own words."""
        self._run("apt-get", "-qq", "update", "--error-on=any")

    def download(self, packages: list[str]) -> list[Path]:
        """Fetch these packages, checked by apt; returns the files."""
        before = set(self.debs.iterdir())
        self._run("apt-get", "-qq", "download", *packages)
        return sorted(set(self.debs.iterdir()) - before)

    def _run(self, *command: str) -> str:
        return said(*command, folder=self.debs, environment={"APT_CONFIG": str(self.folder / "apt.conf")})


def mirror() -> str:
    """The Debian mirror of this machine's own sources, whichever form they are in; else the one for everybody."""
    form = ("indextargets", "--format", "$(REPO_URI)", "Created-By: Packages")
    for found in said("apt-get", *form, folder=Path("/"), environment={}).split():
        if found.rstrip("/").endswith("/debian"):
            return found.rstrip("/")
    return EVERYWHERE


def dependencies(file: Path) -> set[str]:
    """The names of the packages that a package depends on, alternatives included."""
    listed = said("dpkg-deb", "--field", str(file), "Depends", folder=file.parent, environment={})
    return set(re.findall(r"(?:^|[,|])\s*([a-z0-9][a-z0-9+.-]+)", listed))


def said(*command: str, folder: Path, environment: dict[str, str]) -> str:
    """What a command prints. Raises CannotStartError with its last complaint."""
    try:
        outcome = subprocess.run(  # noqa: S603  # our own words and package names only
            command, cwd=folder, env=os.environ | {"LC_ALL": "C"} | environment,
            capture_output=True, text=True, timeout=TIMEOUT, check=False,
        )  # fmt: skip
    except FileNotFoundError as error:
        raise CannotStartError(
            f"Asterisk is missing, and so is {command[0]} to fetch it with: install Asterisk 20 or later."
        ) from error
    except subprocess.TimeoutExpired as error:
        raise CannotStartError(f"Asterisk can't be fetched: {command[0]} got no answer in {TIMEOUT} s.") from error
    if outcome.returncode:
        complaints = [line for line in outcome.stderr.splitlines() if line.startswith("E:")]
        words = (complaints or outcome.stderr.splitlines() or ["no reason given"])[0].removeprefix("E: ")
        raise CannotStartError(f"Asterisk can't be fetched from Debian: {words}")
    return outcome.stdout

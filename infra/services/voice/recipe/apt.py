"""Fetches packages from Debian with this machine's own apt, without root and without touching what is installed."""

import os
import re
import subprocess
from functools import cache
from pathlib import Path

from infra.services.trouble import CannotStartError

SUITE = "forky"
"""The first Debian with an Asterisk of today."""
KEYRINGS = tuple(Path("/usr/share/keyrings").joinpath(f"debian-archive-keyring.{end}") for end in ("gpg", "pgp"))
DEBIANS = ("stable", "testing", "unstable", "bullseye", "bookworm", "trixie", "forky", "sid")
EVERYWHERE = "http://deb.debian.org/debian"
TIMEOUT = 300


class Apt:
    """An apt of our own in `folder`: its lists, its cache, an empty record of what is installed, one source."""

    def __init__(self, folder: Path) -> None:
        keys = next((keyring for keyring in KEYRINGS if keyring.exists()), None)
        if keys is None:
            raise CannotStartError(
                "Asterisk is missing, and so are Debian's keys to fetch it with: install Asterisk 20 or later, "
                "or the package debian-archive-keyring."
            )
        self.folder = folder
        self.debs = folder / "debs"
        for part in ("lists/partial", "cache/archives/partial", "debs"):
            (folder / part).mkdir(parents=True)
        (folder / "status").touch()
        self._keys = keys
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
        """Read what a mirror has. Raises CannotStartError with apt's own words on the first, when none has it."""
        troubles = []
        for mirror in mirrors():
            (self.folder / "sources.list").write_text(f"deb [signed-by={self._keys}] {mirror} {SUITE} main\n")
            try:
                self._run("apt-get", "-qq", "update", "--error-on=any")
                return
            except CannotStartError as trouble:
                troubles.append(trouble)
        raise troubles[0]

    def download(self, packages: list[str]) -> list[Path]:
        """Fetch these packages, checked by apt; returns the files."""
        before = set(self.debs.iterdir())
        self._run("apt-get", "-qq", "download", *packages)
        return sorted(set(self.debs.iterdir()) - before)

    def _run(self, *command: str) -> str:
        return said(*command, folder=self.debs, environment={"APT_CONFIG": str(self.folder / "apt.conf")})


def mirrors() -> list[str]:
    """Where to fetch from: this machine's own mirror of Debian, in whatever form its sources are, then everybody's."""
    listed = said("apt-get", "update", "--print-uris", folder=Path("/"), environment={})
    own = re.findall(rf"^'(\S+?)/dists/(?:{'|'.join(DEBIANS)})/main/binary-", listed, re.MULTILINE)
    likely = sorted(
        own, key=lambda uri: not uri.endswith("/debian")
    )  # other archives may use Debian's names for suites
    return list(dict.fromkeys([*likely[:1], EVERYWHERE]))


@cache
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

"""Gets Asterisk onto a machine that has none: from Debian, into one folder, with every library it needs.

Nothing is installed and no root is needed: the programs run through the loader and the libraries that lie beside them.
"""

import fcntl
import hashlib
import os
import platform
import re
import shutil
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from tempfile import mkdtemp

from infra.services.home import ensure
from infra.services.processes.keeper import Say, silent
from infra.services.trouble import CannotStartError
from infra.services.voice.recipe.apt import SUITE, Apt, dependencies, said
from infra.services.voice.recipe.libraries import holds, needed

FORM = 1
"""Raised whenever this recipe makes something else of the same packages, so that everybody's is made anew."""
HERE = Path(__file__).parent
MODULES_CONF = HERE.parent / "config/switch/modules.conf"
LOADERS = {"x86_64": "ld-linux-x86-64.so.2", "aarch64": "ld-linux-aarch64.so.1"}
UNUSED = (
    "etc", "var", "usr/bin", "usr/lib/*/gconv", "usr/lib/systemd", "usr/share/asterisk/conf",
    "usr/share/asterisk/phoneprov", "usr/share/dahdi", "usr/share/doc", "usr/share/lintian", "usr/share/locale",
    "usr/share/man",
)  # fmt: skip


def packages() -> list[str]:
    """The packages that Asterisk is made of, libraries aside."""
    lines = (HERE / "packages.txt").read_text().splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def modules() -> list[str]:
    """The modules that any of our configurations loads."""
    return re.findall(r"^load = (\S+)", MODULES_CONF.read_text(), re.MULTILINE)


def triplet() -> str:
    """What Debian calls this machine's kind in paths. Raises CannotStartError where there is no recipe for it."""
    if platform.machine() not in LOADERS:
        raise CannotStartError(
            f"Asterisk can't be fetched for {platform.machine()}: install Asterisk 20 or later as this system does it."
        )
    return f"{platform.machine()}-linux-gnu"


def loader(folder: Path) -> Path:
    """The loader that starts the programs in a folder."""
    return folder / "usr/lib" / triplet() / LOADERS[platform.machine()]


def current(folder: Path) -> bool:
    """Whether the folder holds what this recipe makes now."""
    return made_of(folder)[:1] == [_version()]


def made_of(folder: Path) -> list[str]:
    """What an Asterisk in a folder was made of: the recipe's version, then each package's file; empty when none is."""
    with suppress(OSError):
        return (folder / "made-of").read_text().split()
    return []


def fetch(folder: Path, say: Say = silent) -> None:
    """Make the folder hold Asterisk; at once when it does. Raises CannotStartError with one line when it can't."""
    if current(folder):
        return
    ensure(ensure(folder.parent.parent) / folder.parent.name)
    with (folder.parent / "asterisk.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # somebody else may be fetching it
        if not current(folder):
            say("fetching Asterisk from Debian (20 MB, this once)")
            _make(folder)


def _make(folder: Path) -> None:
    beside = Path(mkdtemp(prefix="asterisk-new-", dir=folder.parent.resolve()))
    before = os.umask(0o022)  # another account may have to run it
    try:
        beside.chmod(0o755)
        apt = Apt(beside / "apt")
        apt.update()
        files = _unpack(apt, packages(), beside)
        if not (beside / "usr/sbin/asterisk").exists():
            raise CannotStartError("Debian's package asterisk has no /usr/sbin/asterisk any more.")
        _keep_only(modules(), beside)
        while missing := _missing(beside):
            found = {name for file in files for name in dependencies(file) if any(holds(name, one) for one in missing)}
            found -= {file.name.split("_")[0] for file in files}
            if not found:
                lacks = ", ".join(sorted(missing))
                raise CannotStartError(f"Asterisk can't be fetched: no package in Debian has {lacks}.")
            files += _unpack(apt, found, beside)
        sounds = beside / "usr/share/asterisk/sounds"
        (sounds / "en").symlink_to("en_US_f_Allison")  # as the package itself does once it is installed
        _clear(beside)
        (beside / "made-of").write_text("\n".join([_version(), *sorted(file.name for file in files), ""]))
        if folder.exists():
            folder.rename(beside.with_name(f"{beside.name}-old"))
        beside.rename(folder)
    finally:
        os.umask(before)
        for left in folder.parent.glob("asterisk-new-*"):  # of ours, and by somebody who was killed
            shutil.rmtree(left, ignore_errors=True)


def _version() -> str:
    return hashlib.sha256(" ".join([str(FORM), SUITE, *packages(), *modules()]).encode()).hexdigest()[:16]


def _unpack(apt: Apt, names: Iterable[str], folder: Path) -> list[Path]:
    files = apt.download(sorted(names))
    for file in files:
        said("dpkg-deb", "--extract", str(file), str(folder), folder=folder, environment={})
    return files


def _keep_only(names: list[str], folder: Path) -> None:
    for module in (folder / "usr/lib" / triplet() / "asterisk/modules").iterdir():
        if module.name not in names:
            module.unlink()


def _missing(folder: Path) -> set[str]:
    """The libraries that something in the folder needs and that aren't in it."""
    libraries = folder / "usr/lib" / triplet()
    files = [folder / "usr/sbin/asterisk", *libraries.rglob("*.so*")]
    wanted = set().union(*(needed(file) for file in files if file.is_file() and "gconv" not in file.parts))
    return {name for name in wanted if not (libraries / name).exists()}


def _clear(folder: Path) -> None:
    """Remove what never runs: a third of the size."""
    for pattern in (*UNUSED, "apt"):
        for path in folder.glob(pattern):
            shutil.rmtree(path)

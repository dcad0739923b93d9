"""Where one data folder's PostgreSQL and Redis live, and the lock that lets only one Hark use the folder."""

import fcntl
import hashlib
import os
import re
import stat
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp

from infra.services.account import Account, service_account
from infra.services.engine import Engine, engine, shared_folder
from infra.services.trouble import CannotStartError, InUseError

SOCKET_PATH_LIMIT = 107
LONGEST_SOCKET = ".s.PGSQL.5432"


@dataclass(frozen=True)
class Home:
    """The services' folder (owned by the account that they run as), their sockets' folder and their programs.

    `tag` stands in every process's title, so that survivors of a killed Hark are known without asking for rights.
    """

    folder: Path
    sockets: Path
    tag: str
    account: Account | None
    engine: Engine

    def own(self, path: Path) -> Path:
        """Give a path that we made to the account."""
        if self.account:
            os.chown(path, self.account.uid, self.account.gid)
        return path


def claim(data_dir: Path) -> int:
    """Make the data folder and lock it; the lock lives as long as the returned file descriptor, so as we do."""
    ensure(data_dir)
    lock = os.open(data_dir / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = os.read(lock, 20).decode(errors="replace").strip() or "unknown"
        os.close(lock)
        raise InUseError(
            f"{data_dir} is in use by another hark (process {holder}): stop that one first, "
            "or set HARK_DATA_DIR and HARK_PORT to run a second."
        ) from None
    os.truncate(lock, 0)
    os.pwrite(lock, f"{os.getpid()}\n".encode(), 0)
    return lock


def ensure(folder: Path) -> Path:
    """Make a folder of ours if it isn't there; root's services pass through as another user."""
    if not folder.exists():
        folder.mkdir(parents=True)
        folder.chmod(0o711 if os.geteuid() == 0 else 0o700)
    return folder


def settle(data_dir: Path) -> Home:
    """Make the services' home in a data folder that we hold, or find it as it was left."""
    account = service_account(data_dir / "services")
    folder = own_folder(data_dir / "services", account)
    sockets = socket_folder(folder)
    home = Home(folder, sockets, _tag(folder), account, engine(account))
    if sockets.parent == folder:
        sockets.mkdir(mode=0o700, exist_ok=True)
    else:
        _private(sockets, account)
    home.own(sockets)
    return home


def own_folder(place: Path, account: Account | None) -> Path:
    """Make a folder that the account can reach and owns, elsewhere behind a link where need be; returns the real one.

    Raises CannotStartError when the link's end is gone or the way there is closed.
    """
    if place.is_symlink() and not place.exists():
        raise CannotStartError(
            f"{place} leads to {place.readlink()}, which is gone: put it back, or remove the link to begin afresh."
        )
    if not place.exists():
        if account is None or account.reaches(place):
            place.mkdir(mode=0o700)
        else:
            place.symlink_to(mkdtemp(prefix="services-", dir=shared_folder()))
    folder = place.resolve()
    if account and folder.stat().st_uid == 0:
        os.chown(folder, account.uid, account.gid)
    if account and not account.reaches(folder):
        raise CannotStartError(f"{account.name} can't reach {folder}: let others pass through the folders above it.")
    return folder


def socket_folder(folder: Path) -> Path:
    """The sockets' folder of a home: inside it, or below /tmp where the path would be too long or too odd for one."""
    inside = folder / "run"
    plain = re.fullmatch(r"[A-Za-z0-9/._-]+", str(inside))
    if plain and len(str(inside / LONGEST_SOCKET)) <= SOCKET_PATH_LIMIT:
        return inside
    return Path("/tmp") / _tag(folder)  # noqa: S108  # the one short path that every process finds, made private


def _tag(folder: Path) -> str:
    found = folder.stat()
    return "hark-" + hashlib.sha256(f"{folder}:{found.st_dev}:{found.st_ino}".encode()).hexdigest()[:16]


def _private(folder: Path, account: Account | None) -> None:
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    ours = found.st_uid in {os.geteuid(), account.uid if account else os.geteuid()}
    if not ours or not stat.S_ISDIR(found.st_mode) or stat.S_IMODE(found.st_mode) & 0o077:
        raise CannotStartError(f"{folder} is somebody else's: remove it, or set HARK_DATA_DIR to a shorter path.")

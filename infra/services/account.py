"""As whom PostgreSQL and Redis run: PostgreSQL refuses root, so root hands both to an account without rights."""

import os
import pwd
import stat
from dataclasses import dataclass
from pathlib import Path

from infra.services.trouble import CannotStartError

PREFERRED = ("hark", "nobody")


@dataclass(frozen=True)
class Account:
    """A user of this system other than root."""

    name: str
    uid: int
    gid: int

    def may(self, wanted: int, path: Path) -> bool:
        """Whether it has these rights (as in `others`: 4 read, 2 write, 1 enter or run) at the path itself."""
        found = path.stat()
        shift = 6 if found.st_uid == self.uid else 3 if found.st_gid == self.gid else 0
        return (stat.S_IMODE(found.st_mode) >> shift) & wanted == wanted

    def reaches(self, path: Path) -> bool:
        """Whether it may pass through every folder above the path."""
        return all(self.may(1, parent) for parent in path.resolve().parents)


def service_account(folder: Path) -> Account | None:
    """The account for the services in `folder`: the one that owns it, else the first that exists; None unless root."""
    if os.geteuid() != 0:
        return None
    owner = folder.stat().st_uid if folder.exists() else 0
    for key in (owner, *PREFERRED) if owner else PREFERRED:
        try:
            entry = pwd.getpwuid(key) if isinstance(key, int) else pwd.getpwnam(key)
        except KeyError:
            continue
        return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)
    raise CannotStartError("PostgreSQL does not run as root: make an account for it (useradd --system hark).")

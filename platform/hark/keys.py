"""The installation's master key: 32 random bytes in a file that only we may read."""

import os
import secrets
from pathlib import Path
from tempfile import NamedTemporaryFile

from infra.services import CannotStartError


def make_master_key(path: Path, *, sealed_already: bool) -> bool:
    """Make the key where it is missing, whole or not at all. Returns whether it was made.

    Raises CannotStartError where data was sealed with a key that is gone: a new one would read none of it.
    """
    if path.exists():
        return False
    if sealed_already:
        raise CannotStartError(
            f"{path} is missing but there is a database: put the key back from your backup, for without it no note "
            "and no number can be read again."
        )
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=path.parent, delete=False) as file:  # made with mode 0600
        file.write(secrets.token_bytes(32))
        file.flush()
        os.fsync(file.fileno())
    Path(file.name).rename(path)
    folder = os.open(path.parent, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)
    return True

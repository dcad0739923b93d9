"""The installation's master key: 32 random bytes in a file that only we may read."""

import os
import secrets
from pathlib import Path
from tempfile import NamedTemporaryFile

from infra.services import CannotStartError
from infra.services.processes.keeper import Say
from infra.settings import Settings


def ensure_master_key(chosen: Settings, say: Say) -> None:
    """Make the key where it is missing, in a data folder that we hold, before there is a database.

    Raises CannotStartError where data was sealed with a key that is gone: a new one would read none of it.
    """
    path = chosen.master_key_path
    if chosen.kms_key or path.exists():
        return
    if (chosen.data_dir / "services" / "postgres").exists():
        raise CannotStartError(
            f"{path} is missing but there is a database: put the key back from your backup, for without it no note "
            "and no number can be read again."
        )
    _write(path, secrets.token_bytes(32))
    say(f"made the master key; keep a copy of {path} in a safe place")


def _write(path: Path, key: bytes) -> None:
    """Whole or not at all."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=path.parent, delete=False) as file:  # made with mode 0600
        file.write(key)
        file.flush()
        os.fsync(file.fileno())
    Path(file.name).rename(path)
    folder = os.open(path.parent, os.O_RDONLY)
    os.fsync(folder)
    os.close(folder)

"""What keeps Hark from starting, said in one line that tells what to do."""

import errno
from pathlib import Path


class CannotStartError(Exception):
    """Hark can't start, or can't go on; the message is one line for the person at the terminal."""


class InUseError(CannotStartError):
    """Another Hark holds the data folder."""


def explained(error: OSError, path: Path) -> CannotStartError:
    """The line for a file system's refusal at `path`."""
    where = error.filename or path
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return disk_is_full(path)
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return CannotStartError(
            f"{where} is not writable: give this user the folder, or set HARK_DATA_DIR to another one."
        )
    return CannotStartError(f"{where}: {error.strerror}. Put it right, or set HARK_DATA_DIR to another folder.")


def disk_is_full(path: Path) -> CannotStartError:
    """The line for a disk without room."""
    return CannotStartError(
        f"The disk that holds {path} is full: free some space (Hark wants 200 MB), or set HARK_DATA_DIR to another."
    )

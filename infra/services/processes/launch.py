"""Becomes another program that the kernel ends with its parent: run as a script by a bare interpreter.

    launch.py <parent's pid> <signal when the parent dies> <uid or -1> <gid> <program> <arguments…>

The order matters: changing the user clears the death signal, and a parent that died before it was set never sends it.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1
PR_SET_NAME = 15


def die_with_parent(death: int) -> None:
    """Ask the kernel to send us `death` when the thread that started us ends."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, death, 0, 0, 0)


def be_called(name: str) -> None:
    """What `ps -o comm` and `top` show of us: 15 bytes at most."""
    ctypes.CDLL(None).prctl(PR_SET_NAME, name.encode()[:15], 0, 0, 0)


def main(parent: int, death: int, uid: int, gid: int, program: list[str]) -> None:
    """Change user, tie our life to the parent's, become the program."""
    if uid >= 0:
        os.setgroups([])
        os.setresgid(gid, gid, gid)
        os.setresuid(uid, uid, uid)
    die_with_parent(death)
    if os.getppid() != parent:
        return
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)  # Python ignores it, and what is ignored stays so across exec
    try:
        os.execv(program[0], program)  # noqa: S606  # becoming the program is the point
    except OSError as error:
        sys.exit(f"FATAL: {program[0]}: {error.strerror}")


if __name__ == "__main__":
    parent, death, uid, gid = map(int, sys.argv[1:5])
    main(parent, death, uid, gid, sys.argv[5:])

"""What can be kept running: a program launched from disk, or a function called in a fork of us."""

import asyncio
import os
import signal
import sys
import traceback
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from infra.services.account import Account
from infra.services.processes.launch import be_called, die_with_parent
from infra.services.trouble import CannotStartError

LAUNCH = Path(__file__).with_name("launch.py")
LOG_LIMIT = 5_000_000


class Process(Protocol):
    """A child of ours."""

    pid: int

    @property
    def returncode(self) -> int | None: ...

    async def wait(self) -> int: ...

    def send_signal(self, signal: int) -> None: ...


async def at_once() -> None:
    """No preparation needed, or ready at once."""


@dataclass(frozen=True, kw_only=True)
class Program:
    """How it is asked to end (`ends_on`, waiting `patience` seconds) and what the kernel sends it if we die.

    `prepare` puts in order what it needs, `ready` returns once it serves.
    """

    name: str
    log: Path | None = None
    ends_on: signal.Signals = signal.SIGTERM
    dies_on: signal.Signals = signal.SIGKILL
    patience: float = 5.0
    prepare: Callable[[], Awaitable[None]] = at_once
    ready: Callable[[], Awaitable[None]] = at_once

    async def spawn(self) -> Process:
        """Start it as our direct child, in a session of its own: a terminal's Ctrl-C is for us alone."""
        raise TypeError("a program is launched or forked")


@dataclass(frozen=True, kw_only=True)
class Launched(Program):
    """A program from disk, run as `account` with its output in `log`."""

    command: list[str]
    folder: Path
    environment: Mapping[str, str]
    account: Account | None = None

    async def spawn(self, stdin: int = asyncio.subprocess.DEVNULL) -> asyncio.subprocess.Process:
        uid, gid = (self.account.uid, self.account.gid) if self.account else (-1, -1)
        launch = [LAUNCH, os.getpid(), int(self.dies_on), uid, gid, *self.command]
        output = _open_log(self.log) if self.log else None
        try:
            return await asyncio.create_subprocess_exec(
                sys.executable, "-I", "-S", *map(str, launch),
                cwd=self.folder, env=self.environment, start_new_session=True,
                stdin=stdin, stdout=output, stderr=output,
            )  # fmt: skip
        finally:
            if output is not None:
                os.close(output)


def _open_log(path: Path) -> int:
    """The log, to write at its end; a large one is set aside first, and the one before it forgotten."""
    with suppress(FileNotFoundError):
        if path.stat().st_size > LOG_LIMIT:
            path.replace(path.with_suffix(".old.log"))
    return os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)


@dataclass(frozen=True, kw_only=True)
class Forked(Program):
    """A function called in a fork of us, which has all that we loaded; it keeps the open files in `inherits`.

    For a process without threads of its own, as a fork has only the one that forked.
    """

    call: Callable[[], object]
    inherits: tuple[int, ...] = ()

    async def spawn(self) -> Process:
        parent = os.getpid()
        sys.stdout.flush()
        pid = os.fork()
        if pid == 0:
            self._become(parent)
        return _Fork(pid)

    def _become(self, parent: int) -> None:
        """In the child: leave everything of the parent's behind, make the call, end. Never returns."""
        code = 1
        try:
            os.setsid()
            die_with_parent(self.dies_on)
            be_called(f"hark {self.name}")
            signal.set_wakeup_fd(-1)
            for known in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                signal.signal(known, signal.SIG_DFL)
            for entry in list(Path("/proc/self/fd").iterdir()):  # the loop's, the lock on the folder
                if int(entry.name) > 2 and int(entry.name) not in self.inherits:
                    with suppress(OSError):
                        os.close(int(entry.name))
            if os.getppid() == parent:
                outcome = self.call()
                code = outcome if isinstance(outcome, int) else 0
        except SystemExit as stop:
            code = stop.code if isinstance(stop.code, int) else 1
        except CannotStartError as error:
            sys.stderr.write(f"hark: {error}\n")
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)


class _Fork:
    """A forked child, reaped as soon as it ends."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self.returncode: int | None = None
        self._gone = asyncio.Event()
        self._handle = os.pidfd_open(pid)
        asyncio.get_running_loop().add_reader(self._handle, self._reap)

    def _reap(self) -> None:
        asyncio.get_running_loop().remove_reader(self._handle)
        os.close(self._handle)
        self.returncode = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
        self._gone.set()

    async def wait(self) -> int:
        await self._gone.wait()
        return self.returncode or 0

    def send_signal(self, signal: int) -> None:
        if self.returncode is None:
            os.kill(self.pid, signal)

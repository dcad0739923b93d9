"""Asterisk as our keeper runs it: written down, started, probed, started again, published for the app to find."""

import asyncio
import os
import shutil
import signal
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from infra.services.account import Account, service_account
from infra.services.engine import shared_folder
from infra.services.home import claim, ensure, own_folder, socket_folder
from infra.services.processes.keeper import Keeper, Say, silent
from infra.services.processes.program import Launched
from infra.services.processes.survivors import clear
from infra.services.voice import config
from infra.services.voice.instance import Instance, publish
from infra.services.voice.probe import answers_sip, free, serves
from infra.services.voice.program import Program, fetched
from infra.services.voice.recipe import made_of

WATCH_SECONDS = 10.0
MISSES = 3
"""How often in a row SIP may go unanswered, at WATCH_SECONDS each, before a silent Asterisk is started again."""


class Switch:
    """One Asterisk in a folder that we hold, from `start` to `stop`."""

    def __init__(self, data_dir: Path, instance: Instance, say: Say = silent) -> None:
        """Claim the folder. Raises InUseError while another Hark runs an Asterisk there, CannotStartError otherwise."""
        self._data_dir = data_dir
        self._say = say
        account = service_account(data_dir / "services")
        home = own_folder(ensure(ensure(data_dir) / "voice") / instance.name, account)
        self._lock = claim(home)
        self.instance = replace(instance, folder=home, program=_within_reach(instance.program, account))
        self.keeper = Keeper(_program(self.instance, account), say)
        self._watch: asyncio.Task[None] | None = None
        self._published: Path | None = None

    async def start(self) -> None:
        """Start it and return once it answers ARI and SIP, and the app can find it. Raises CannotStartError."""
        await self.keeper.start()
        self._published = publish(self._data_dir, self.instance.coordinates())
        self._watch = asyncio.create_task(self._restart_when_silent())

    async def stop(self) -> None:
        """Withdraw it, end it, let go of the folder."""
        if self._watch:
            self._watch.cancel()
        if self._published:
            self._published.unlink(missing_ok=True)
        await self.keeper.stop()
        os.close(self._lock)

    async def _restart_when_silent(self) -> None:
        missed = 0
        while True:
            await asyncio.sleep(WATCH_SECONDS)
            heard = await answers_sip((self.instance.sip_host, self.instance.ports.sip), 2.0)
            missed = 0 if heard or self.keeper.pid is None else missed + 1
            if missed >= MISSES and self.keeper.pid is not None:
                self._say(f"Asterisk has not answered SIP for {MISSES * WATCH_SECONDS:.0f} s")
                missed = 0
                with suppress(ProcessLookupError):
                    os.kill(self.keeper.pid, signal.SIGKILL)


def _program(instance: Instance, account: Account | None) -> Launched:
    etc = instance.folder / "etc"
    run = socket_folder(instance.folder)

    async def prepare() -> None:
        await clear(Path(instance.program.command[0]).name[:15], str(etc / "asterisk.conf"))
        free(instance)
        run.mkdir(mode=0o700, exist_ok=True)
        (run / "asterisk.ctl").unlink(missing_ok=True)
        config.write(instance, run)
        _each(run, _giving(account))
        _each(instance.folder, _giving(account))

    async def ready() -> None:
        await serves(instance)

    return Launched(
        name="Asterisk",
        command=[*instance.program.command, "-f", "-n", "-C", str(etc / "asterisk.conf")],
        folder=instance.folder,
        environment={"LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin", "MALLOC_ARENA_MAX": "2"},  # else 3 times the memory
        account=account,
        log=instance.folder / "asterisk.log",
        prepare=prepare,
        ready=ready,
    )


def _giving(account: Account | None) -> Callable[[Path], None]:
    def give(path: Path) -> None:
        if account and path.lstat().st_uid != account.uid:
            os.lchown(path, account.uid, account.gid)

    return give


def _each(folder: Path, act: Callable[[Path], None]) -> None:
    for path in (folder, *folder.rglob("*")):
        act(path)


def _within_reach(program: Program, account: Account | None) -> Program:
    """The program where the account can run it: a fetched one that lies below /root is copied to root's own place."""
    if account is None or all(account.reaches(path) and account.may(5, path) for path in program.paths):
        return program
    home = program.home
    if home is None:
        return program
    target = shared_folder() / f"asterisk-{made_of(home)[0]}"
    if not target.exists():
        shutil.copytree(home, target.with_suffix(".new"), symlinks=True, dirs_exist_ok=True)
        target.with_suffix(".new").rename(target)
    return fetched(target)

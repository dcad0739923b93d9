"""`hark voice`: an Asterisk beside a running Hark, fetched, set up, kept running and found by it."""

import argparse
import asyncio
import os
import signal
from contextlib import AsyncExitStack
from dataclasses import replace
from pathlib import Path

from hark.running.up import speaker, until_told
from hark.running.voice.wiring import instance, named_database, own_database
from infra.services.processes.keeper import Say
from infra.services.processes.launch import die_with_parent
from infra.services.voice import config, recipe
from infra.services.voice.accounts import allow
from infra.services.voice.asterisk import Switch
from infra.services.voice.program import find, installed, packaged
from infra.settings import settings

ASK_SECONDS = 2.0


def main(arguments: list[str]) -> int:
    """Run until a signal ends it. Raises CannotStartError with one line when it can't start."""
    parser = argparse.ArgumentParser(prog="hark voice")
    parser.add_argument("--name", default="switch", help="which of several on this machine; each wants its own ports")
    parser.add_argument("--fetch", action="store_true", help="fetch Asterisk if this machine has none, and no more")
    parser.add_argument("--write", type=Path, metavar="FOLDER", help="lay out an Asterisk of your own, and no more")
    parser.add_argument("--home", type=Path, metavar="FOLDER", help="where that one will find this folder")
    parser.add_argument("--with-parent", action="store_true", help="end when the program that started this ends")
    line = parser.parse_args(arguments)
    if line.with_parent:
        die_with_parent(signal.SIGTERM)
    os.umask(0o077)
    say = speaker()
    programs = settings().data_dir / "voice/asterisk"
    if line.fetch:
        if installed() is None:
            recipe.fetch(programs, say)
        return 0
    if line.write:
        _lay_out(line.write.absolute(), line.home or line.write.absolute(), say)
        return 0
    made = instance(line.name, find(programs, say))
    return asyncio.run(until_told(_run(Switch(settings().data_dir, made, say), say), say))


def _lay_out(into: Path, home: Path, say: Say) -> None:
    """Write the configuration of Debian's Asterisk in an image or on another machine, and say how Hark reaches it."""
    own = replace(instance(into.name, packaged()), folder=home, database=named_database())
    (into / "run").mkdir(parents=True, exist_ok=True)
    config.write(own, home / "run", into)
    say(f"laid out in {into}, to be run as: asterisk -f -C {home}/etc/asterisk.conf")
    say(f"tell Hark: HARK_ASTERISK=http://{own.user}:$(cat {into}/password)@{own.ari_host}:{own.ports.ari}/ari")


async def _run(switch: Switch, say: Say) -> None:
    async with AsyncExitStack() as running:
        running.push_async_callback(switch.stop)
        await switch.start()
        made = switch.instance
        say(f"Asterisk {made.program.version} takes calls at sip:{made.sip_host}:{made.ports.sip} (UDP and TCP)")
        if own_database():
            await _until_allowed(say)
        await asyncio.Event().wait()


async def _until_allowed(say: Say) -> None:
    """Hark's own database serves while `hark up` runs: Asterisk may read operators' accounts there once it does."""
    database = own_database()
    waited = False
    while database and not await allow(database):
        if not waited:
            say("Hark itself is not running yet: callers reach the fallback, and operators no telephone")
        waited = True
        await asyncio.sleep(ASK_SECONDS)
    if waited:
        say("Hark is running now: operators' telephones are known")

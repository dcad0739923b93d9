"""The simulated callers: they call, press keys, wait, talk, give up, leave word. All through the real switchboard."""

import secrets
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func
from sqlmodel import select

from hark.demo.invented.persona import Intent, intent, reach, window
from hark.demo.invented.tone import MEDIA_TYPE, tone
from hark.demo.live.scene import Deed, Scene
from hark.demo.live.volunteers import talk
from hark.public.callers import facts
from hark.public.page import calendars
from hark.switchboard import calls, left
from hark.switchboard.models import CallerRow
from hark.switchboard.published import flow_of
from infra.clock import now
from infra.database import Session
from infra.vault import fingerprint
from tenants.flows.document import Flow
from tenants.flows.engine import State, load_state
from tenants.flows.engine import events as on
from tenants.lines.service import lines
from tenants.profile.service import profile
from tenants.rosters.hours import is_open

AT_ONCE = 2
RETURNING = 0.3


async def deeds(session: Session, scene: Scene) -> list[Deed]:
    """What the callers mean to do, with its time."""
    found: list[Deed] = []
    for call in scene.calls:
        found.append(_stays(scene, call.id))
        state = load_state(call.state)
        if call.phase == "talking":
            found += _talks(call, state)
        else:
            found += _is_led(scene, await flow_of(session, call.flow_version_id), call, state)
    found += _calls(scene)
    return found


def _stays(scene: Scene, call: UUID) -> Deed:
    return Deed(scene.at, lambda session: calls.seen(session, call), quiet=True)


def _talks(call: Row[Any], state: State) -> Iterator[Deed]:
    gone = on.CallerGone(at=call.answered_at + talk(call.id, 0), visit=state.visit)
    yield Deed(gone.at, lambda session: calls.handle(session, call.id, replace(gone, at=now())))


def _is_led(scene: Scene, flow: Flow, call: Row[Any], state: State) -> Iterator[Deed]:
    meant = intent(scene.hotline, flow, state, call.id)
    patient = scene.people and call.phase == "waiting"
    if meant is not None and not patient:
        yield Deed(meant.at, lambda session: _do(session, scene, call.id, state, meant))


async def _do(session: Session, scene: Scene, call: UUID, state: State, meant: Intent) -> None:
    event = replace(meant, at=now()).event(state)
    if event is not None:
        await calls.handle(session, call, event)
    elif meant.does == "speaks":
        seconds = Random(call.int).choice((4, 6, 8))
        await left.keep_part(session, call, 1, 0, tone(seconds), MEDIA_TYPE)
        await left.finish(session, call, seconds)
    else:
        wishes, voicemail_ok = reach(scene.hotline, call), Random(call.int).random() < 0.4
        await left.book_callback(session, call, reach=wishes, window=window(call), voicemail_ok=voicemail_ok)


def _calls(scene: Scene) -> Iterator[Deed]:
    """The next call, some time after the last: soon for somebody real who waits for it, rarely outside the hours."""
    if len(scene.calls) >= AT_ONCE or (scene.calls and not scene.open):
        return
    least, most = (900, 2400)
    if scene.people:
        least, most = (12, 45)
    elif scene.open:
        least, most = (40, 140) if scene.crew else (240, 480)
    key, at = scene.last or (scene.tenant.id, scene.tenant.created_at)
    yield Deed(at + timedelta(seconds=Random(key.int).uniform(least, most)), lambda session: call_in(session, scene))


async def call_in(session: Session, scene: Scene) -> UUID:
    """Somebody calls, and their page connects at once."""
    line, chance = (await lines(session))[0], Random(secrets.randbits(64))
    caller = await _caller(session, chance)
    language = scene.hotline.languages[0]
    call, _ = await calls.start(session, line, language=language, caller=caller, simulated=True)
    at = now()
    openings = {name: is_open(calendar, at) for name, calendar in (await calendars(session)).items()}
    await calls.handle(session, call, on.Arrived(openings, await facts(session, caller), language, at=at))
    return call


async def _caller(session: Session, chance: Random) -> UUID | None:
    """Somebody who called before or somebody new; nobody where the hotline knows no callers again."""
    if (await profile(session)).defaults.get("neutral_title"):
        return None
    if chance.random() < RETURNING:
        known = (await session.exec(select(CallerRow.id).order_by(func.random()).limit(1))).first()
        if known is not None:
            return known
    row = CallerRow(hash=await fingerprint(session, "caller", f"demo {chance.getrandbits(128)}"))
    session.add(row)
    await session.flush()
    return row.id

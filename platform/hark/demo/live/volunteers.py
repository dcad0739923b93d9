"""The simulated volunteers: on duty when the roster says so, they answer simulated calls, talk, write a record."""

import logging
from collections.abc import Iterator, Sequence
from datetime import timedelta
from random import Random
from typing import cast
from uuid import UUID

from sqlmodel import col, select

from hark.cases.service import open_from
from hark.contacts import service as contacts
from hark.demo.invented.writing import local_day, story_of, written
from hark.demo.live.scene import Deed, Scene
from hark.desk.messages import service as messages
from hark.desk.messages.safe import verdict
from hark.switchboard.models import Call, Callback, Offer
from hark.switchboard.offering import answering, duty
from infra.clock import now
from infra.database import Session
from infra.web import speaking
from tenants.flows.engine import load_state
from tenants.forms.versions import form_of
from tenants.members.access import ANSWERS, Staff

log = logging.getLogger(__name__)
STAY = 150
"""Seconds that a simulated volunteer counts as there: past the next look, and not much past the last."""
LYING = timedelta(hours=2)
"""What callers left is dealt with after about so long."""
CASES = 0.15


def deeds(scene: Scene) -> Iterator[Deed]:
    """What the volunteers have to do, with its time."""
    for member, (row, _) in scene.cast.items():
        if row.role in ANSWERS and scene.may_play(member):
            yield from _duty(scene, member)
    for offer in scene.offers:
        if scene.plays(offer.member_id):
            yield from _offer(scene, offer)
    if scene.crew:
        yield Deed(scene.at, lambda session: _deal_with_left(session, scene), quiet=True)


def _duty(scene: Scene, member: UUID) -> Iterator[Deed]:
    row = scene.duties.get(member)
    there = row is not None and row.simulated and row.seen_until > scene.at
    status = row.status if row is not None and there else "off"
    wanted: duty.Status = "off"
    if scene.open and member in scene.crew:
        wanted = "break" if scene.makes_room else "on"
    engaged = any(offer.member_id == member for offer in scene.offers)
    if status != wanted and not (engaged and wanted == "off"):
        yield Deed(scene.at, lambda session: duty.set_duty(session, member, wanted, simulated=True, seconds=STAY))
    elif status != "off" and row is not None and row.seen_until < scene.at + timedelta(seconds=STAY / 2):
        yield Deed(scene.at, lambda session: duty.stay(session, member, STAY, simulated=True), quiet=True)


def _offer(scene: Scene, offer: Offer) -> Iterator[Deed]:
    chance = Random(offer.id.int)
    member = offer.member_id
    match offer.state:
        case "ringing" if scene.makes_room:
            yield Deed(scene.at, lambda session: answering.decline(session, member, offer.id))
        case "ringing":
            answers = offer.made_at + timedelta(seconds=chance.uniform(3, 9))
            yield Deed(answers, lambda session: _accept(session, member, offer.id))
        case "talking" if offer.answered_at is not None:
            yield Deed(offer.answered_at + talk(offer.call_id, 1), lambda session: answering.end(session, member))
        case "wrapping" if offer.closed_at is not None:
            writes = offer.closed_at + timedelta(seconds=chance.uniform(12, 45))
            yield Deed(min(writes, offer.expires_at), lambda session: _write_up(session, scene, offer))


def talk(call: UUID, party: int) -> timedelta:
    """How long this talk lasts for the caller (0) or the volunteer (1): whoever has the shorter time ends it."""
    return timedelta(seconds=Random(f"{call}:{party}").uniform(50, 240))


async def _accept(session: Session, member: UUID, offer: UUID) -> None:
    await answering.accept(session, member, offer)


def _staff(session: Session, scene: Scene, key: UUID) -> Staff:
    member, _ = scene.cast[key]
    return Staff(session, scene.tenant, member, member.account_id)


async def _write_up(session: Session, scene: Scene, offer: Offer) -> None:
    """A record as short as a tired volunteer's, sometimes a case, then ready for the next."""
    staff = _staff(session, scene, offer.member_id)
    member = staff.member
    chance = Random(offer.call_id.int)
    contact = (await contacts.for_call(staff, offer.call_id)).contact
    if contact.status == "draft" and contact.member_id == member.id:
        form = await form_of(session, contact.form_version_id)
        state = load_state(dict((await session.exec(select(Call.state).where(Call.id == offer.call_id))).one()))
        talked = (offer.closed_at or scene.at) - (offer.answered_at or scene.at)
        story = story_of(scene.hotline, next((value for _, value in state.choices), ""), talked, chance)
        case = story.case and chance.random() < CASES
        day = local_day(scene.at, scene.tenant.zone)
        try:
            answers = written(scene.hotline, form, story, day, chance, case=case)
        except ValueError as error:  # the form is another one by now: then the record stays a draft
            log.info("no record for a simulated call: %s", error)
        else:
            await contacts.submit(staff, contact.id, dict(answers), seen=contact.revision, tab="demo", count=1)
            if case:
                with speaking(scene.hotline.languages[0]):
                    await open_from(staff, contact.id)
    await answering.ready(session, member.id)


async def _deal_with_left(session: Session, scene: Scene) -> None:
    """What simulated callers left is taken on after a while and done soon after, one piece a look: nothing piles up."""
    for kind, model in messages.TABLES.items():
        found = (
            select(model)
            .join(Call, (col(Call.tenant_id) == col(model.tenant_id)) & (col(Call.id) == col(model.call_id)))
            .where(col(Call.simulated), col(model.status).in_(("new", "handling")), col(model.at) < now() - LYING)
            .order_by(col(model.status), col(model.at))
            .limit(5)
        )
        for row in cast(Sequence[messages.Message], (await session.exec(found)).all()):
            keeper = row.owner or min(scene.crew)
            if not scene.plays(keeper) or not _may_call(scene, row):
                continue
            staff = _staff(session, scene, keeper)
            act = messages.finish if row.status == "handling" else messages.take
            await act(staff, cast(messages.Kind, kind), row.id)
            return


def _may_call(scene: Scene, row: messages.Message) -> bool:
    return not isinstance(row, Callback) or verdict(row.window, scene.tenant.zone, None, scene.at).now

"""What our Asterisks do while we are away: ring the desk phones that are on duty, then say the line's own words
before a message, or whose line it is and that nobody can be reached, and take one."""

import logging
from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from sqlalchemy import ColumnElement
from sqlmodel import col, select

from hark.phone.carriers.fallback import met, words
from hark.phone.sounds.audio import audio_url
from hark.switchboard.models import Duty
from infra.carriers.asterisk.alone import Word
from infra.carriers.protocol import Prompt
from infra.clock import now
from infra.database import Session, unit_of_work
from infra.scope import no_scope, tenant_scope
from infra.speech.speaking import Unspeakable
from tenants.devices.names import desk_account
from tenants.directory.models import Number, Tenant
from tenants.directory.service import tenant_by_id
from tenants.prompts.service import audio_for

log = logging.getLogger(__name__)
SWITCH = "asterisk"


async def words_of(_node: str) -> list[Word]:
    """For every number whose calls come, or may come, through an Asterisk."""
    with no_scope():
        async with unit_of_work() as session:
            found = select(Number.tenant).where(_ours(), col(Number.tenant).is_not(None))
            tenants = list(await session.exec(found.distinct()))
    return [word for tenant in tenants if tenant is not None for word in await words_for(tenant)]


async def words_for(tenant: UUID) -> Sequence[Word]:
    """For those of one hotline."""
    with no_scope():
        async with unit_of_work() as session:
            row = await tenant_by_id(session, tenant)
            numbers = list(await session.exec(select(Number).where(_ours(), Number.tenant == tenant)))
    if not numbers:
        return ()
    with tenant_scope(tenant):
        async with unit_of_work() as session:
            ring = await _on_duty(session)
            return [Word(number.e164, ring, await _notice(session, row, number)) for number in numbers]


def _ours() -> ColumnElement[bool]:
    return (col(Number.carrier) == SWITCH) | (col(Number.second_carrier) == SWITCH)


async def _on_duty(session: Session) -> tuple[str, ...]:
    """The desk phones at which somebody is on duty: where nobody asks for a key, a mobile's own voicemail would swallow
    the caller."""
    found = select(col(Duty.device_id)).where(
        col(Duty.status) == "on", col(Duty.device) == "desk", col(Duty.seen_until) > now()
    )
    return tuple(sorted(f"member:{desk_account(key)}" for key in await session.exec(found) if key is not None))


async def _notice(session: Session, tenant: Tenant, number: Number) -> tuple[Prompt, ...]:
    """The words with their sound; what no voice can say is left out."""
    flow = await met(session, number)
    languages = [number.language] if number.language else tenant.languages
    said: list[Prompt] = []
    for prompt in [each for language in languages for each in words(flow, tenant, language)]:
        try:
            audio = await audio_for(session, prompt.text, prompt.language)
        except Unspeakable as error:
            log.warning("a notice can't be spoken: %s", error)
        else:
            said.append(replace(prompt, url=audio_url(tenant.id, audio.key)))
    return tuple(said)

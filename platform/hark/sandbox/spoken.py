"""What a telephone says where a page would show a screen: the words in order, each with its sound."""

from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from sqlmodel import select

from hark.phone.directing.dialogue import Dialogue
from hark.phone.directing.words import position, question
from hark.phone.sounds.audio import audio_url
from hark.switchboard.models import Call
from hark.switchboard.published import flow_of
from infra.database import Session, unit_of_work
from infra.scope import current_tenant
from infra.speech.speaking import Unspeakable
from tenants.prompts.heard import Piece, heard
from tenants.prompts.service import audio_for


async def spoken(call: UUID, screen: dict[str, Any], said: Dialogue | None = None) -> list[dict[str, Any]]:
    """The sounds of a screen in order: `text`, `language`, `url` ("" where no voice can say it), `seconds`. `said`:
    where the booking of a call-back stands; the flow's own words come before its first question."""
    if screen["kind"] == "talking" or (screen["kind"] == "ended" and not screen["text"]):
        return []
    async with unit_of_work() as session:
        version = (await session.exec(select(Call.flow_version_id).where(Call.id == call))).one()
        flow = await flow_of(session, version)
        node = flow.nodes.get(screen["node"])
        pieces = heard(flow, node, screen["language"]) if node and (said is None or said.turn == 0) else []
        ours = [
            *position(screen["position"], screen["language"]),
            *(question(said, screen["language"]) if said else ()),
        ]
        pieces += [Piece(each.text, each.language) for each in ours]
        return [await _sound(session, piece) for piece in pieces]


async def _sound(session: Session, piece: Piece) -> dict[str, Any]:
    said = {"text": piece.text, "language": piece.language, "url": "", "seconds": 0.0}
    try:
        audio = await audio_for(session, piece.text, piece.language)
    except Unspeakable:
        return said
    address = urlsplit(audio_url(current_tenant(), audio.key))  # of this very site, by whatever name it was opened
    return said | {"url": f"{address.path}?{address.query}", "seconds": audio.seconds}

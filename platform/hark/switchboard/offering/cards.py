"""What a volunteer sees of a call before and while answering: never an address, never a number."""

from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, exists, func, select

from hark.switchboard.models import Call, Offer
from hark.switchboard.offering.reach import by_page
from hark.switchboard.published import flow_of
from infra.database import Session
from infra.prepared import Prepared, table, word
from tenants.flows.engine import load_state
from tenants.flows.nodes import Menu
from tenants.lines.models import Line

_CALL, _LINE, _OFFER = (table(model).c for model in (Call, Line, Offer))
_CARD = (
    select(
        _LINE.name, _CALL.state, _CALL.language, _CALL.caller_id, _CALL.started_at, _CALL.waiting_since,
        _CALL.flow_version_id, _CALL.simulated, _CALL.channel, _CALL.carrier,
    )
    .join_from(table(Call), table(Line), (_LINE.tenant_id == _CALL.tenant_id) & (_LINE.id == _CALL.line_id))
    .where(_CALL.id == bindparam("call"))
)  # fmt: skip
_RINGS = exists().where(
    _OFFER.tenant_id == _CALL.tenant_id, _OFFER.id == bindparam("offer"), _OFFER.state == word("ringing")
)
_OF_CALL, _OF_OFFER = Prepared(_CARD), Prepared(_CARD.where(_RINGS))
_BEFORE = Prepared(select(func.count()).where(_CALL.caller_id == bindparam("caller"), _CALL.id != bindparam("call")))


async def card(session: Session, call: UUID, *, rung_as: UUID | None = None) -> dict[str, Any]:
    """Line, what the caller chose (each label in every language), the caller's language, how often they called
    before (None where the hotline doesn't know callers again), since when they wait; and how the sound comes: from the
    caller's page itself (`peer`) or through a telephone switch (`sip`). Empty when the call isn't there, or the offer
    that somebody is `rung_as` doesn't ring."""
    of_offer = {"offer": rung_as} if rung_as else {}
    row = await (_OF_OFFER if rung_as else _OF_CALL).first(session, call=call, **of_offer)
    if row is None:
        return {}
    line, raw, language, caller, started_at, waiting_since, version, simulated, channel, carrier = row
    flow = await flow_of(session, version)
    chosen = []
    for node_id, value in load_state(raw).choices:
        node = flow.nodes.get(node_id)
        if isinstance(node, Menu):
            chosen += [dict(option.label) for option in node.options if option.value == value]
    before = None
    if caller is not None:
        before = await _BEFORE.value(session, caller=caller, call=call)
    return {
        "call_id": str(call),
        "line": line,
        "channel": channel,
        "sound": "peer" if by_page(carrier) else "sip",
        "on_screen": channel == "phone" and by_page(carrier),
        "chosen": chosen,
        "language": language,
        "calls": before,
        "since": (waiting_since or started_at).isoformat(),
        "simulated": simulated,
    }

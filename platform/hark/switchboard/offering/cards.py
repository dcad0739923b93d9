"""What a volunteer sees of a call before and while answering: never an address, never a number."""

from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlmodel import col

from hark.switchboard.models import Call
from hark.switchboard.offering.reach import by_page
from hark.switchboard.published import flow_of
from infra.database import Session
from tenants.flows.engine import load_state
from tenants.flows.nodes import Menu
from tenants.lines.models import Line


async def card(session: Session, call: UUID) -> dict[str, Any]:
    """Line, what the caller chose (each label in every language), the caller's language, how often they called
    before (None where the hotline doesn't know callers again), since when they wait; and how the sound comes: from the
    caller's page itself (`peer`) or through a telephone switch (`sip`)."""
    row = (
        await session.execute(
            select(
                col(Line.name), col(Call.state), col(Call.language), col(Call.caller_id), col(Call.started_at),
                col(Call.waiting_since), col(Call.flow_version_id), col(Call.simulated), col(Call.channel),
                col(Call.carrier),
            )
            .join(Line, (col(Line.tenant_id) == col(Call.tenant_id)) & (col(Line.id) == col(Call.line_id)))
            .where(col(Call.id) == call)
        )
    ).one()  # fmt: skip
    line, raw, language, caller, started_at, waiting_since, version, simulated, channel, carrier = row
    flow = await flow_of(session, version)
    chosen = []
    for node_id, value in load_state(raw).choices:
        node = flow.nodes.get(node_id)
        if isinstance(node, Menu):
            chosen += [dict(option.label) for option in node.options if option.value == value]
    before = None
    if caller is not None:
        counted = select(func.count()).select_from(Call).where(col(Call.caller_id) == caller, col(Call.id) != call)
        before = (await session.execute(counted)).scalar_one()
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

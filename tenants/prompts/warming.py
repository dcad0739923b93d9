"""Speaks a published flow before anybody calls, so that the first caller waits no longer than the next."""

import logging
from uuid import UUID

from sqlmodel import select

from infra.database import Session
from infra.jobs import job
from tenants.flows.document import Flow, parse
from tenants.flows.models import FlowVersion
from tenants.prompts.heard import Piece, heard
from tenants.prompts.service import say_all

log = logging.getLogger(__name__)


def pieces(flow: Flow) -> list[Piece]:
    """Everything that a telephone says anywhere in a flow, in all its languages, each once."""
    every = (piece for node in flow.nodes.values() for tag in flow.languages for piece in heard(flow, node, tag))
    return list(dict.fromkeys(every))


@job("prompts.warm")
async def warm(session: Session, flow: str) -> None:
    """Speak all texts of a flow's published version that haven't been spoken yet, also those that are recorded: a
    recording may be taken back at any time. What no voice can say is named in the log; the page says it too."""
    published = select(FlowVersion.document).where(FlowVersion.flow_id == UUID(flow), FlowVersion.status == "published")
    for document in await session.exec(published):
        for text, language in await say_all(pieces(parse(document))):
            log.warning("flow %s: no voice can say “%s” in the language “%s”", flow, text, language)

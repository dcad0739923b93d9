"""Speaks the telephone's own sentences before anybody calls: keys, places in line, how to be called back."""

import logging
from collections.abc import Iterable
from typing import get_args
from uuid import UUID

from sqlmodel import select

from hark.phone.directing.dialogue import Dialogue, Step
from hark.phone.directing.words import position, question, spoken
from infra.database import Session
from infra.jobs import job
from tenants.flows.document import parse
from tenants.flows.models import FlowVersion
from tenants.prompts.service import say_all

log = logging.getLogger(__name__)
PLACES = 20
"""A place in line beyond this one is spoken when it is needed."""
DIGITS = "0123456789"


def sentences(languages: Iterable[str]) -> list[tuple[str, str]]:
    """Everything of ours that a telephone says in these languages, each once."""
    prompts = [
        prompt
        for language in languages
        for said in (
            tuple(spoken(language).values()),
            *(position(place, language) for place in range(1, PLACES + 1)),
            *(question(Dialogue(True, step=step, typed=DIGITS), language) for step in get_args(Step)),
        )
        for prompt in said
    ]
    return list(dict.fromkeys((prompt.text, prompt.language) for prompt in prompts))


@job("phone.warm")
async def warm(session: Session, flow: str) -> None:
    """Speak those of our sentences that haven't been spoken yet, in the languages of a flow's published version."""
    published = select(FlowVersion.document).where(FlowVersion.flow_id == UUID(flow), FlowVersion.status == "published")
    for document in await session.exec(published):
        for text, language in await say_all(sentences(parse(document).languages)):
            log.warning("flow %s: no voice can say “%s” in the language “%s”", flow, text, language)

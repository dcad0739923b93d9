"""`hark phone`: what somebody does once and by hand about the telephone."""

import argparse
import asyncio
import sys
from collections.abc import Callable
from dataclasses import dataclass

from hark.i18n import LOCALE
from hark.switchboard.published import flow_of, published_version
from infra.carriers.protocol import Prompt
from infra.carriers.twiml.pages import fallback
from infra.carriers.twiml.pages.markup import voice_for
from infra.carriers.twiml.vendors import VENDORS
from infra.database import Session, engine, unit_of_work
from infra.errors import NotFound
from infra.scope import no_scope, tenant_scope
from infra.web import i18n
from tenants.directory.models import Number, Tenant
from tenants.directory.service import number_dialled, tenant_by_id
from tenants.flows.document import Flow
from tenants.lines.models import Line
from tenants.prompts.heard import heard


@dataclass(frozen=True, slots=True)
class Spoken:
    """What the documents for a number say: the words before the recording, and the languages of the last one."""

    said: list[Prompt]
    languages: list[str]


def main(arguments: list[str]) -> int:
    """Prints the document that takes messages for a number while Hark can't be reached: the words before its line's
    voicemail in each of its languages, or ours where it has none. Keep it where it is served when this machine isn't,
    with the one that --thanks prints beside it as `thanks.xml`, and name its address as the account's `fallback` in
    HARK_TWIML. Print it again when the line's words change."""
    parser = argparse.ArgumentParser(prog="hark phone", description=main.__doc__)
    parser.add_argument("act", choices=("fallback",))
    parser.add_argument("number", help="one of the installation's numbers")
    parser.add_argument("--thanks", action="store_true", help="the second document, which is asked for at the end")
    parser.add_argument("--vendor", choices=sorted(VENDORS), default="twilio")
    line = parser.parse_args(arguments)
    i18n.load(LOCALE)
    vendor = VENDORS[line.vendor]
    found = asyncio.run(_spoken(line.number, lambda tag: voice_for(vendor, tag) is not None))
    if found is None:
        sys.stderr.write(f"hark: no hotline has the number {line.number}\n")
        return 1
    if line.thanks:
        document = fallback.thanks(vendor, found.languages)
    else:
        document = fallback.message(vendor, found.said, "thanks.xml")
    sys.stdout.write(document + "\n")
    return 0


async def _spoken(dialled: str, speaks: Callable[[str], bool]) -> Spoken | None:
    """For the hotline that has this number; None when none has. Languages that the company can't speak are left out,
    but for the first."""
    try:
        with no_scope():
            async with unit_of_work() as session:
                number = await number_dialled(session, dialled)
                if number is None or number.tenant is None:
                    return None
                tenant = await tenant_by_id(session, number.tenant)
        languages = [number.language] if number.language else list(tenant.languages)
        languages = [tag for tag in languages if speaks(tag)] or languages[:1]
        with tenant_scope(tenant.id):
            async with unit_of_work() as session:
                flow = await met(session, number)
        return Spoken([prompt for tag in languages for prompt in words(flow, tenant, tag)], languages)
    finally:
        await engine().dispose()


async def met(session: Session, number: Number) -> Flow | None:
    """What callers of the number's line meet now; None while it has none."""
    line = await session.get(Line, (number.tenant, number.line)) if number.line else None
    try:
        return await flow_of(session, await published_version(session, line)) if line else None
    except NotFound:
        return None


def words(flow: Flow | None, tenant: Tenant, language: str) -> list[Prompt]:
    """The line's own words before a message, where it has some in this language."""
    voicemails = [node for node in flow.nodes.values() if node.type == "voicemail"] if flow else []
    own = [Prompt(*piece) for node in voicemails[:1] if flow for piece in heard(flow, node, language)]
    fit = own and all(prompt.language == language for prompt in own)
    return own if fit else [fallback.unreachable(tenant.name, language)]

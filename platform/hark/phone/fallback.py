"""`hark phone`: what somebody does once and by hand about the telephone."""

import argparse
import asyncio
import sys

from hark.i18n import LOCALE
from infra.carriers.twiml.pages import fallback
from infra.carriers.twiml.vendors import VENDORS
from infra.database import engine, unit_of_work
from infra.scope import no_scope
from infra.web import i18n
from tenants.directory.service import number_dialled, tenant_by_id


def main(arguments: list[str]) -> int:
    """Prints the document that takes messages for a number while Hark can't be reached, in the hotline's first
    language. Keep it where it is served when this machine isn't, with the one that --thanks prints beside it as
    `thanks.xml`, and name its address as the account's `fallback` in HARK_TWIML."""
    parser = argparse.ArgumentParser(prog="hark phone", description=main.__doc__)
    parser.add_argument("act", choices=("fallback",))
    parser.add_argument("number", help="one of the installation's numbers")
    parser.add_argument("--thanks", action="store_true", help="the second document, which is asked for at the end")
    parser.add_argument("--vendor", choices=sorted(VENDORS), default="twilio")
    line = parser.parse_args(arguments)
    i18n.load(LOCALE)
    found = asyncio.run(_hotline(line.number))
    if found is None:
        sys.stderr.write(f"hark: no hotline has the number {line.number}\n")
        return 1
    name, language = found
    vendor = VENDORS[line.vendor]
    first = fallback.message(vendor, name, language, "thanks.xml")
    document = fallback.thanks(vendor, language) if line.thanks else first
    sys.stdout.write(document + "\n")
    return 0


async def _hotline(number: str) -> tuple[str, str] | None:
    """The name and first language of the hotline that has a number."""
    try:
        with no_scope():
            async with unit_of_work() as session:
                row = await number_dialled(session, number)
                if row is None or row.tenant is None:
                    return None
                tenant = await tenant_by_id(session, row.tenant)
                return tenant.name, row.language or tenant.languages[0]
    finally:
        await engine().dispose()

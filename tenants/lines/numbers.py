"""What a hotline sets for each of its numbers: where it leads, what it greets in, whether it is shown."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import update
from sqlmodel import col

from infra.database import Session
from infra.errors import Conflict, Invalid
from tenants.audit import record
from tenants.directory.models import Number, Tenant
from tenants.directory.service import number_of
from tenants.lines.service import line_of
from tenants.problems import _


@dataclass(slots=True)
class NumberSettings:
    """`language` "" lets callers choose; `second` is `carrier/node`, "" for none."""

    line: UUID | None
    label: str = ""
    language: str = ""
    listed: bool = True
    shown: bool = False
    second: str = ""


def settings_of(row: Number) -> NumberSettings:
    """A number's settings as they are."""
    second = f"{row.second_carrier}/{row.second_node}" if row.second_carrier else ""
    return NumberSettings(row.line, row.label, row.language, row.listed, row.shown, second)


async def keep_settings(
    session: Session, tenant: Tenant, key: UUID, wanted: NumberSettings, *, member: UUID | None
) -> list[str]:
    """Keep a number's settings; returns what has changed, by name. Raises NotFound for another tenant's number or line,
    Invalid with the field, Conflict while the number is still on its way."""
    row = await number_of(session, tenant.id, key, lock=True)
    if row.status != "held":
        raise Conflict(_("This number is still on its way. Its settings can be changed once it is here."))
    if wanted.line is None:
        raise Invalid(_("Choose a line."), field="line")
    await line_of(session, wanted.line)
    if len(wanted.label) > 60:
        raise Invalid(_("That is too long. Shorten it."), field="label")
    if wanted.language and wanted.language not in tenant.languages:
        raise Invalid(_("Choose a language of the hotline."), field="language")
    before = settings_of(row)
    changed = [name for name in NumberSettings.__dataclass_fields__ if getattr(before, name) != getattr(wanted, name)]
    if wanted.shown and not row.shown:
        others = update(Number).where(col(Number.tenant) == tenant.id, col(Number.id) != key)
        await session.execute(others.values(shown=False))
    row.line, row.label, row.language = wanted.line, wanted.label, wanted.language
    row.listed, row.shown = wanted.listed, wanted.shown
    row.second_carrier, _slash, row.second_node = wanted.second.partition("/")
    session.add(row)
    if changed:
        record(session, "number.change", member=member, subject=key, fields=changed)
    return changed

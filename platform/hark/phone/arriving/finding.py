"""What is known of an arriving call: where its number leads, what the line sets, who calls. One look-up, in the
hotline's own scope.

Which hotline that is has to be known before. It is remembered by what was dialled, as a guess alone: the look-up asks
for the number's hotline again, and finds nothing where it is another's by now.
"""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import LargeBinary, bindparam, exists, func, select

from hark.switchboard.models import CallerRow
from infra.carriers.reading import e164
from infra.clock import now
from infra.database import Session, unit_of_work
from infra.ids import new_id
from infra.prepared import Batch, Prepared, table, word, words
from infra.scope import no_scope
from infra.vault import fingerprint
from tenants.directory.dialled import Place, place_of
from tenants.directory.models import Number, Tenant
from tenants.flows.models import FlowVersion
from tenants.lines.models import Line
from tenants.lines.settings import LineSetting
from tenants.rosters.models import CalendarRow

_MOST = 20_000
_NUMBER, _TENANT, _LINE, _VERSION, _SETTING, _CALENDAR, _CALLER = (
    table(model).c for model in (Number, Tenant, Line, FlowVersion, LineSetting, CalendarRow, CallerRow)
)
_ANOTHER = table(Number).alias("another").c
_PUBLISHED = (_VERSION.flow_id == _LINE.flow_id) & (_VERSION.status == word("published"))
_FOUND = Prepared(
    select(
        _NUMBER.e164, _NUMBER.language, _NUMBER.verified_at, _TENANT.country, _TENANT.languages,
        _LINE.id, _LINE.name, _LINE.flow_id, _VERSION.id, _SETTING.ask_key, _CALLER.id,
        select(func.jsonb_object_agg(_CALENDAR.name, _CALENDAR.document))
        .where(_CALENDAR.tenant_id == _NUMBER.tenant).scalar_subquery(),
        exists().where(_ANOTHER.tenant == _NUMBER.tenant, _ANOTHER.e164 == bindparam("caller")),
    )
    .join_from(table(Number), table(Tenant), _TENANT.id == _NUMBER.tenant)
    .join(table(Line), (_LINE.tenant_id == _NUMBER.tenant) & (_LINE.id == _NUMBER.line))
    .join(table(FlowVersion), (_VERSION.tenant_id == _NUMBER.tenant) & _PUBLISHED)
    .outerjoin(table(LineSetting), (_SETTING.tenant_id == _NUMBER.tenant) & (_SETTING.id == _LINE.id))
    .outerjoin(
        table(CallerRow),
        (_CALLER.tenant_id == _NUMBER.tenant) & (_CALLER.hash == bindparam("kept", type_=LargeBinary)),
    )
    .where(
        _NUMBER.id == bindparam("number"),
        _NUMBER.tenant == bindparam("tenant"),
        _NUMBER.status.in_(words("held", "reserved")),
        _TENANT.status.in_(words("open", "pending")),
    )
)  # fmt: skip
"""A hotline that still waits for its review is answered too, so that it can be tried."""


@dataclass(frozen=True, slots=True)
class Found:
    """Everything. `caller` is who calls, in E.164, and `of_ours` whether that is a number of this hotline's; `kept` is
    how they are known again, `known` their row, where there is one. `language` is what the number greets in."""

    tenant: UUID
    number: UUID
    e164: str
    language: str | None
    languages: list[str]
    verified: bool
    line: Line
    version: UUID
    asks_key: bool
    calendars: dict[str, Any]
    caller: str | None
    of_ours: bool
    kept: bytes | None
    known: UUID | None


_places: dict[tuple[str, str], Place] = {}


async def place(dialled: str, trunk: str, *, anew: bool = False) -> Place | None:
    """Where what was dialled leads; None when no hotline has the number. `anew`: what was remembered was wrong."""
    if anew:
        if _places.pop((dialled, trunk), None) is None:
            return None  # it had just been looked up
    elif known := _places.get((dialled, trunk)):
        return known
    with no_scope():
        async with unit_of_work() as session:
            found = await place_of(session, dialled, trunk)
    if found is not None and not anew:
        if len(_places) >= _MOST:
            _places.clear()
        _places[dialled, trunk] = found
    return found


async def found_at(session: Session, where: Place, calling: str) -> Found | None:
    """All that a call needs to begin; None where it can't any more. `calling` as the network wrote it."""
    caller = e164(calling, where.country) if calling else None
    kept = await fingerprint(session, "caller", caller) if caller else None
    row = await _FOUND.first(session, number=where.number, tenant=where.tenant, kept=kept, caller=caller or "")
    if row is None or row.country != where.country:
        return None
    number, language, verified_at, _, languages, line, name, flow, version, ask_key, known, calendars, own = row
    return Found(
        tenant=where.tenant, number=where.number, e164=number,
        language=language if language in languages else None, languages=languages, verified=verified_at is not None,
        line=Line(tenant_id=where.tenant, id=line, name=name, flow_id=flow), version=version, asks_key=bool(ask_key),
        calendars=calendars or {}, caller=caller, of_ours=own, kept=kept, known=known,
    )  # fmt: skip


async def met(session: Session, batch: Batch, found: Found) -> UUID | None:
    """The caller's row, which is written down with the batch when it is new; None for a withheld number."""
    if found.kept is None or found.known is not None:
        return found.known
    key = new_id()
    batch.add(CallerRow, id=key, hash=found.kept, first_at=now())
    return key

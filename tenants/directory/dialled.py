"""Where a dialled number leads, for calls that arrive: one look-up, in any scope."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import any_, bindparam, select
from sqlalchemy.dialects.postgresql import ARRAY, TEXT

from infra.carriers.reading import readings
from infra.database import Session
from infra.prepared import Prepared, table, words
from tenants.directory.models import Number, Tenant

_NUMBER, _TENANT = table(Number).c, table(Tenant).c
_DIALLED = Prepared(
    select(_NUMBER.e164, _NUMBER.trunk, _NUMBER.id, _TENANT.id, _TENANT.country)
    .join_from(table(Number), table(Tenant), _TENANT.id == _NUMBER.tenant)
    .where(_NUMBER.e164 == any_(bindparam("meant", type_=ARRAY(TEXT))), _NUMBER.status.in_(words("held", "reserved")))
)
_COUNTRY = Prepared(select(_NUMBER.country).where(_NUMBER.trunk == bindparam("trunk")).limit(1))


@dataclass(frozen=True, slots=True)
class Place:
    """A number and whose it is. `country` is where the hotline is."""

    number: UUID
    tenant: UUID
    country: str


async def place_of(session: Session, text: str, trunk: str = "") -> Place | None:
    """The number that a carrier says was dialled; None when no hotline has it. As `service.number_dialled`.

    `trunk` is whose it came over; one that isn't a hotline's own may bring calls for anybody. Over a hotline's own,
    national numbers are meant where its own numbers are.
    """
    over = _id(trunk)
    country = await _COUNTRY.value(session, trunk=over) or "" if over else ""
    meant = readings(text, country)
    rows = {row.e164: row for row in await _DIALLED.all(session, meant=meant)} if meant else {}
    row = next((row for each in meant if (row := rows.get(each)) and over in (None, row.trunk)), None)
    return Place(*row[2:]) if row else None


def _id(trunk: str) -> UUID | None:
    try:
        return UUID(hex=trunk)
    except ValueError:
        return None

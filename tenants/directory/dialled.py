"""Whose a dialled number is, with all that an arriving call needs to know of number and hotline: one look-up."""

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
    select(
        _NUMBER.e164, _NUMBER.trunk, _NUMBER.id, _NUMBER.line, _NUMBER.language, _NUMBER.verified_at.is_not(None),
        _TENANT.id, _TENANT.status, _TENANT.country, _TENANT.languages,
    )
    .join_from(table(Number), table(Tenant), _TENANT.id == _NUMBER.tenant)
    .where(
        _NUMBER.e164 == any_(bindparam("meant", type_=ARRAY(TEXT))), _NUMBER.status.in_(words("held", "reserved"))
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Dialled:
    """A number with its hotline. `status`, `country` and `languages` are the hotline's, `language` is what the number
    greets in; `verified`: a call for it has come in before."""

    e164: str
    trunk: UUID | None
    id: UUID
    line: UUID | None
    language: str
    verified: bool
    tenant: UUID
    status: str
    country: str
    languages: list[str]


async def dialled(session: Session, text: str, country: str = "", *, trunk: UUID | None = None) -> Dialled | None:
    """The number that a carrier says was dialled; None when no hotline has it. As `service.number_dialled`."""
    meant = readings(text, country)
    found = {row[0]: Dialled(*row) for row in await _DIALLED.all(session, meant=meant)} if meant else {}
    return next((number for each in meant if (number := found.get(each)) and trunk in (None, number.trunk)), None)

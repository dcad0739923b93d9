"""How a carrier's name for a leg leads to its hotline: a row, which this process remembers while it is heard of.

A name never comes to mean another leg while its own lives, so what is remembered can be out of date in one way only:
the leg is over by now, and that its own row says.
"""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import bindparam, delete, select

from hark.phone.models import Carried
from infra.clock import now
from infra.database import Session, unit_of_work
from infra.prepared import Batch, Prepared, table
from infra.scope import current_tenant, no_scope

_MOST = 20_000
_CARRIED = table(Carried).c
_WHOSE = Prepared(
    select(_CARRIED.id, _CARRIED.tenant, _CARRIED.call, _CARRIED.errand).where(
        _CARRIED.carrier == bindparam("at"), _CARRIED.node == bindparam("by"), _CARRIED.ref == bindparam("named")
    )
)
_THERE = Prepared(select(_CARRIED.id).where(_CARRIED.id == bindparam("key")))
_DROP = Prepared(delete(table(Carried)).where(_CARRIED.id == bindparam("key")))


@dataclass(frozen=True, slots=True)
class Named:
    """Whose a leg is. An `errand` is a connection without a call: `call` is then what it is about."""

    id: UUID
    tenant: UUID
    call: UUID
    errand: str


_heard_of: dict[tuple[str, str, str], Named] = {}


async def name(session: Session, key: UUID, carrier: str, node: str, ref: str, call: UUID, *, errand: str = "") -> None:
    """Note whose leg a carrier's name is."""
    batch = Batch()
    note(batch, key, carrier, node, ref, call, errand=errand)
    await batch.write(session)


def note(batch: Batch, key: UUID, carrier: str, node: str, ref: str, call: UUID, *, errand: str = "") -> None:
    """The same, with what else the batch holds, which the database refuses where the name is known by now."""
    batch.add(
        Carried, id=key, carrier=carrier, node=node, ref=ref, tenant=current_tenant(), call=call, errand=errand,
        typed="", since=now(),
    )  # fmt: skip
    _remember(carrier, node, ref, Named(key, current_tenant(), call, errand))


def ours(batch: Batch, key: UUID, carrier: str, node: str, call: UUID) -> None:
    """A leg that we name ourselves, by its id."""
    note(batch, key, carrier, node, str(key), call)


async def whose(carrier: str, node: str, ref: str) -> Named | None:
    """Whose leg it is that a carrier names; None for one that is over, or never was ours."""
    known = _heard_of.get((carrier, node, ref))
    if known is not None:
        return known
    with no_scope():
        async with unit_of_work() as session:
            row = await _WHOSE.first(session, at=carrier, by=node, named=ref)
    if row is None:
        return None
    return _remember(carrier, node, ref, Named(*row))


def _remember(carrier: str, node: str, ref: str, named: Named) -> Named:
    if len(_heard_of) >= _MOST:
        _heard_of.clear()
    _heard_of[carrier, node, ref] = named
    return named


def let_go(carrier: str, node: str, ref: str) -> None:
    """Look it up again the next time."""
    _heard_of.pop((carrier, node, ref), None)


async def there(session: Session, key: UUID) -> bool:
    """Whether something may still be heard of a leg."""
    return await _THERE.value(session, key=key) is not None


async def drop(session: Session, key: UUID) -> None:
    """Nothing more is to be heard of a leg."""
    await _DROP.all(session, key=key)

"""Claims a number: reserved here, bought there, pointed at us, tried by a call. Each step can be done twice and undone.

A number is reserved in the directory before any money is spent, so no two hotlines can race for it. Before it is bought
the carrier is asked whether it was bought already, so a process killed in between pays nothing twice; whatever a failed
claim has bought is given back.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from functools import partial
from uuid import UUID

from sqlalchemy import delete, func, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select

from infra.carriers.numbers import Numbers, Refused, numbers_side
from infra.clock import now
from infra.database import Session
from infra.errors import Conflict
from infra.ids import new_id
from infra.jobs import enqueue, job
from infra.scope import current_tenant
from provisioning.numbers.searching import Choice
from provisioning.steps.run import begin
from provisioning.steps.step import Hopeless, Kept, Run, Step, nothing, register_family
from tenants.allowance.service import locked
from tenants.audit import record
from tenants.directory.models import Number
from tenants.extras import need
from tenants.lines.service import line_of
from tenants.problems import _

log = logging.getLogger(__name__)
CLAIM = "claim"
PATIENCE = 90.0
"""Seconds that a trial call may take."""
SyntheticCall = Callable[[UUID, str], Awaitable[bool]]
"""Given a tenant and its number (E.164): rings it from outside; whether it was answered by that hotline."""
_caller: list[SyntheticCall] = []

GONE = _("Somebody else was faster: this number is taken. Choose another one.")
PAPERS = _("The telephone company wants papers for this number before it hands it out.")
MONEY = _("The platform's account with the telephone company is empty. Tell whoever runs the platform.")
UNABLE = _("The telephone company doesn't hand this number out.")
_WORDS = {"taken": GONE, "unknown": GONE, "papers": PAPERS, "money": MONEY, "unable": UNABLE}


def call_with(call: SyntheticCall) -> None:
    """Let numbers be tried by this; without it they are said to be not verified."""
    _caller[:] = [call]


def run_of(number: UUID) -> str:
    """What the run that claims this number is called."""
    return f"{CLAIM}:{number}"


async def reserve(session: Session, tenant: UUID, line: UUID, choice: Choice, *, member: UUID | None) -> UUID:
    """Reserve a chosen number for a line of the hotline in scope, and owe the rest; returns the number's id. Raises
    Conflict when somebody has it or the hotline has as many as it may (or its plan has no further one), NotFound for a
    line that isn't its own."""
    await line_of(session, line)
    if await _bought(session, tenant):
        await need(session, "numbers")
    await room_for_one(session, tenant)
    found = choice.found
    values = {
        "carrier": choice.carrier, "node": choice.node, "country": found.country, "area": found.area,
        "kind": found.kind, "capabilities": list(found.capabilities), "monthly": found.monthly,
        "currency": found.currency, "tenant": tenant, "line": line,
    }  # fmt: skip
    key = await put_down(session, found.e164, "reserved", values)
    await begin(session, run_of(key), tenant)
    record(session, "number.claim", member=member, subject=key)
    return key


async def room_for_one(session: Session, tenant: UUID) -> None:
    """Raise Conflict unless the hotline may have one more number; two at once are counted one after the other."""
    limits = await locked(session)
    has = await session.execute(select(func.count()).where(Number.tenant == tenant))
    if has.scalar_one() >= limits.numbers:
        raise Conflict(_("A hotline here may have %(most)s numbers. Release one first."), most=limits.numbers)


async def _bought(session: Session, tenant: UUID) -> bool:
    """Whether the hotline has a number that costs something, or is about to: neither a simulated one nor one on its
    own trunk."""
    paid = select(Number.id).where(Number.tenant == tenant, Number.carrier != "sandbox", col(Number.trunk).is_(None))
    return (await session.exec(paid.limit(1))).first() is not None


async def put_down(session: Session, e164: str, status: str, values: Kept) -> UUID:
    """Write a number into the directory, unless somebody has it or it rests (then Conflict); returns its id."""
    clean = Number(e164=e164, status=status, **(values | {"reserved_at": now()})).model_dump(exclude={"id"})
    await session.execute(insert(Number).values(clean | {"id": new_id()} | {"status": "free"}).on_conflict_do_nothing())
    taken = update(Number).where(col(Number.e164) == e164, col(Number.status) == "free").values(clean)
    key: UUID | None = (await session.execute(taken.returning(col(Number.id)))).scalar()
    if key is None:
        raise Conflict(GONE)
    return key


async def _ours(session: Session, key: UUID, tenant: UUID) -> Number:
    found = select(Number).where(Number.id == key, Number.tenant == tenant).with_for_update()
    row = (await session.exec(found)).one_or_none()
    if row is None:
        raise Hopeless(_("The number was given up in the meantime."))
    return row


def _side(row: Number) -> Numbers:
    side = numbers_side(row.carrier)
    if side is None:
        raise Hopeless(UNABLE)
    return side


async def _reserve(key: UUID, session: Session, tenant: UUID) -> Kept:
    row = await _ours(session, key, tenant)
    return {"e164": row.e164}


async def _give_up(key: UUID, session: Session, tenant: UUID, _kept: Kept) -> None:
    """Whatever became of the purchase: the carrier doesn't have it for us, and the directory lets it go."""
    found = select(Number).where(Number.id == key, Number.tenant == tenant, Number.status == "reserved")
    row = (await session.exec(found.with_for_update())).one_or_none()
    if row is None:
        return
    side = numbers_side(row.carrier)
    if side and (held := await side.held(row.node, row.e164)) and held.key in ("", str(key)):
        await side.release(row.node, held.ref)
    await session.execute(delete(Number).where(col(Number.id) == key))


async def _buy(key: UUID, session: Session, tenant: UUID) -> Kept:
    row = await _ours(session, key, tenant)
    side = _side(row)
    if not row.ref:
        held = await side.held(row.node, row.e164)
        if held and held.key not in ("", str(key)):
            raise Hopeless(GONE)
        try:
            held = held or await side.buy(row.node, row.e164, str(key))
        except Refused as no:
            log.warning("%s refused number %s: %s", row.carrier, key, no)
            raise Hopeless(_WORDS[no.reason]) from no
        row.ref = held.ref
        session.add(row)
    return {"carrier": row.carrier, "node": row.node, "ref": row.ref}


async def _point(key: UUID, session: Session, tenant: UUID) -> None:
    row = await _ours(session, key, tenant)
    side = _side(row)
    try:
        await side.point(row.node, row.ref, side.way(row.node))
    except Refused as no:
        raise Hopeless(_WORDS[no.reason]) from no


async def _try(key: UUID, session: Session, tenant: UUID) -> Kept:
    """Hold the number; a trial call that fails leaves it unverified, for the hotline to try again."""
    row = (await session.exec(select(Number).where(Number.id == key, Number.tenant == tenant))).one_or_none()
    if row is None:
        raise Hopeless(_("The number was given up in the meantime."))
    works = await ring(tenant, row.e164) if not row.simulated else None  # nothing is locked while it rings
    held = update(Number).where(col(Number.id) == key, col(Number.tenant) == tenant).values(status="held")
    await session.execute(held.values(verified_at=now()) if works else held)
    return {"verified": works}


async def ring(tenant: UUID, e164: str) -> bool | None:
    """Call a number from outside: whether its hotline answered, None while there is nothing to call with."""
    if not _caller:
        return None
    try:
        return await asyncio.wait_for(_caller[0](tenant, e164), PATIENCE)
    except TimeoutError:
        return False
    except Exception:  # whatever is wrong with the caller, the number is bought and pointed by now
        log.exception("the trial call failed")
        return False


async def ask_trial(session: Session, key: UUID) -> bool:
    """Owe another trial call to a number that is held; False while there is nothing to call with."""
    if _caller:
        await enqueue(session, "numbers.trial", {"number": str(key)}, key=f"numbers.trial:{key}")
    return bool(_caller)


@job("numbers.trial")
async def trial(session: Session, number: str) -> None:
    """Call a number from outside, and keep that it works if it does."""
    held = select(Number).where(Number.id == UUID(number), Number.tenant == current_tenant(), Number.status == "held")
    row = (await session.exec(held)).one_or_none()
    if row and not row.simulated and await ring(current_tenant(), row.e164):
        await session.execute(update(Number).where(col(Number.id) == row.id).values(verified_at=now()))


async def _done(key: UUID, session: Session, _tenant: UUID) -> None:
    record(session, "number.ready", subject=key)


async def _failed(key: UUID, session: Session, _tenant: UUID) -> None:
    record(session, "number.fail", subject=key)


@partial(register_family, CLAIM)
def claim_run(key: UUID) -> Run:
    """The steps that claim the number with this id."""
    return Run(
        run_of(key),
        (
            Step("reserve", _("Reserved for you"), partial(_reserve, key), partial(_give_up, key)),
            Step("buy", _("Bought from the telephone company"), partial(_buy, key), nothing),
            Step("point", _("Pointed at your hotline"), partial(_point, key), nothing),
            Step("verify", _("Tried by a call"), partial(_try, key), nothing),
        ),
        done=partial(_done, key),
        failed=partial(_failed, key),
    )

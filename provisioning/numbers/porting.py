"""Moving a number here from another company: asked for by the hotline, carried out by the platform's operators, each
step of it written down where both see it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import delete
from sqlmodel import col, select

from infra.carriers.dialling import Allowed, may_dial
from infra.carriers.numbers import OutOfReach, Refused, numbers_side
from infra.carriers.reading import e164
from infra.clock import now
from infra.database import Session
from infra.errors import Conflict, HarkError, Invalid, NotFound
from infra.jobs import enqueue, job
from infra.scope import current_tenant, tenant_scope
from infra.vault import open_platform, seal_platform
from provisioning.numbers.brought import TAKEN
from provisioning.numbers.claiming import put_down, room_for_one
from provisioning.numbers.models import Port
from tenants.audit import record
from tenants.directory.models import Number, Tenant
from tenants.lines.service import line_of
from tenants.problems import _

OPEN = ("asked", "sent", "agreed")
NEXT: Mapping[str, tuple[str, ...]] = {
    "asked": ("sent", "refused"),
    "sent": ("agreed", "refused"),
    "agreed": ("done", "refused"),
}
"""What an operator may make of it, by how it stands."""


@dataclass(slots=True)
class PortForm:
    """What the hotline says: the number, the company it is with, whose name is on the contract, what that company asks
    for to let it go (account number, PIN), and from which day it may move."""

    number: str = ""
    company: str = ""
    holder: str = ""
    secret: str = ""
    wanted_on: str = ""


def read(sent: Mapping[str, Any]) -> PortForm:
    """The form as it was sent."""
    said = {name: str(sent.get(name) or "").strip()[:400] for name in PortForm.__dataclass_fields__}
    return PortForm(**said)


def check(form: PortForm, country: str) -> dict[str, str]:
    """Field → what is wrong, as ids of translations."""
    wrong = {}
    number = e164(form.number, country)
    if number is None or number.startswith("+999"):
        wrong["number"] = _("That isn't a telephone number. Write it with its country code: +44 20 …")
    if not 0 < len(form.company) <= 100:
        wrong["company"] = _("Write which company the number is with now.")
    if not 0 < len(form.holder) <= 200:
        wrong["holder"] = _("Write whose name is on the contract, as it stands on the bill.")
    if form.wanted_on and (day := _day(form.wanted_on)) is None:
        wrong["wanted_on"] = _("Choose a day.")
    elif form.wanted_on and day and day < now().date():
        wrong["wanted_on"] = _("That day is over. Choose one to come, or none.")
    return wrong


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


async def ask(session: Session, tenant: Tenant, form: PortForm, line: UUID, *, member: UUID | None) -> Port:
    """Begin to move a number to a line, from a checked form. Until it is done no call comes in by it here. Raises
    Conflict when it is in use here, NotFound for another's line."""
    await line_of(session, line)
    await room_for_one(session, tenant.id)
    number = e164(form.number, tenant.country)
    if number is None:
        raise Invalid(_("That isn't a telephone number. Write it with its country code: +44 20 …"), field="number")
    verdict = may_dial(number, tenant.country)
    country = verdict.country if isinstance(verdict, Allowed) else tenant.country
    values = {"carrier": "", "tenant": tenant.id, "line": line, "country": country}
    try:
        key = await put_down(session, number, "porting", values)
    except Conflict:
        raise Conflict(TAKEN, field="number") from None
    row = Port(
        tenant=tenant.id, number=key, e164=number, line=line, company=form.company, holder=form.holder,
        sealed=seal_platform(form.secret.encode()) if form.secret else None, wanted_on=_day(form.wanted_on),
    )  # fmt: skip
    _tell(row, "asked")
    session.add(row)
    record(session, "number.port", member=member, subject=key)
    await session.flush()
    return row


def secret_of(row: Port) -> str:
    """What the old company asks for; "" where nothing was said, or once the move is over."""
    return open_platform(row.sealed).decode() if row.sealed else ""


async def ports(session: Session, tenant: UUID) -> list[Port]:
    """A hotline's moves, the latest first."""
    return list(await session.exec(select(Port).where(Port.tenant == tenant).order_by(col(Port.id).desc())))


async def open_ports(session: Session) -> list[Port]:
    """Every hotline's moves that aren't over, the oldest first."""
    return list(await session.exec(select(Port).where(col(Port.state).in_(OPEN)).order_by(col(Port.id))))


async def port_of(session: Session, tenant: UUID, key: UUID) -> Port:
    """One of a hotline's moves. Raises NotFound."""
    row = (await session.exec(select(Port).where(Port.id == key, Port.tenant == tenant))).one_or_none()
    if row is None:
        raise NotFound
    return row


async def withdraw(session: Session, tenant: UUID, key: UUID, *, member: UUID | None) -> None:
    """The hotline doesn't want to move it after all. Raises NotFound, Conflict when it is over."""
    row = await _open(session, key, tenant)
    await _end(session, row, "withdrawn")
    record(session, "number.unport", member=member, subject=row.number)


async def _open(session: Session, key: UUID, tenant: UUID | None = None) -> Port:
    found = select(Port).where(Port.id == key).with_for_update()
    row = (await session.exec(found.where(Port.tenant == tenant) if tenant else found)).one_or_none()
    if row is None:
        raise NotFound
    if row.state not in OPEN:
        raise Conflict(_("This move is over."))
    return row


def _tell(row: Port, state: str, words: str = "") -> None:
    row.state = state
    row.story = [*row.story, {"at": now().isoformat(), "state": state, "words": words}]


async def _end(session: Session, row: Port, state: str, words: str = "") -> None:
    """What the old company asked for is forgotten; a number that didn't come is let go."""
    _tell(row, state, words)
    row.ended_at, row.sealed = now(), None
    session.add(row)
    if state != "done":
        gone = delete(Number).where(col(Number.id) == row.number, col(Number.status) == "porting")
        await session.execute(gone)


async def go_on(session: Session, key: UUID, state: str, words: str, *, moves_on: str = "", account: str = "") -> None:
    """An operator writes down what became of it. `moves_on` is needed for `agreed` (an ISO day); `account` for `done`
    (`carrier/node`), where the number must have arrived. Raises NotFound, Conflict, Invalid."""
    row = await _open(session, key)
    if state not in NEXT[row.state]:
        raise Invalid(_("Choose what has happened."), field="state")
    if state == "agreed":
        row.moves_on = _day(moves_on)
        if row.moves_on is None:
            raise Invalid(_("Write the day that was agreed."), field="moves_on")
    if state == "refused" and not words:
        raise Invalid(_("Say why, so that the hotline can do something about it."), field="words")
    if state == "done":
        await _arrive(session, row, account)
    if state in OPEN:
        _tell(row, state, words)
        session.add(row)
    else:
        await _end(session, row, state, words)
    await session.flush()
    with tenant_scope(row.tenant):
        await enqueue(session, "numbers.port_told", {"port": str(row.id), "state": state})


@job("numbers.port_told")
async def tell_hotline(session: Session, port: str, state: str) -> None:
    """Write into the hotline's trail how its move stands; an operator's transaction can't."""
    row = await session.get(Port, UUID(port))
    if row and row.tenant == current_tenant():
        record(session, f"port.{state}", subject=row.number)


async def _arrive(session: Session, row: Port, account: str) -> None:
    carrier, _slash, node = account.partition("/")
    side = numbers_side(carrier)
    if side is None or node not in side.nodes:
        raise Invalid(_("Choose the account that it has come to."), field="account")
    number = (await session.exec(select(Number).where(Number.id == row.number).with_for_update())).one()
    try:
        held = await side.held(node, number.e164)
        if held is None:
            raise Invalid(_("This account doesn't have the number yet."), field="account")
        await side.point(node, held.ref, side.way(node))
    except (OutOfReach, Refused):
        raise HarkError(_("The telephone company couldn't be asked. Nothing was changed; try again.")) from None
    number.carrier, number.node, number.ref, number.status = carrier, node, held.ref, "held"
    session.add(number)

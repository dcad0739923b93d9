"""The trunks of the hotline in scope: kept, asked whether they answer, seen by the switch."""

from uuid import UUID

from sqlalchemy import delete, update
from sqlmodel import col, select

from infra.carriers.options import Asked, ask
from infra.clock import now
from infra.database import Session
from infra.errors import Invalid, NotFound
from infra.realtime import announce
from infra.vault import seal, unseal
from tenants.problems import _
from tenants.trunks.form import TrunkForm, port_of
from tenants.trunks.models import Trunk

MOST = 10


async def trunks(session: Session) -> list[Trunk]:
    """Every trunk, by name."""
    return list(await session.exec(select(Trunk).order_by(col(Trunk.name))))


async def trunk_of(session: Session, key: UUID) -> Trunk:
    """One trunk. Raises NotFound."""
    row = (await session.exec(select(Trunk).where(Trunk.id == key))).one_or_none()
    if row is None:
        raise NotFound
    return row


async def keep(session: Session, form: TrunkForm, row: Trunk | None = None, *, member: UUID | None = None) -> Trunk:
    """Write a checked form into a trunk, a new one unless it is given. An empty password leaves the old one, unless
    the server is another now: a password never goes to a server it wasn't meant for. Raises Invalid with the field."""
    others = [each for each in await trunks(session) if row is None or each.id != row.id]
    if any(each.name == form.name for each in others):
        raise Invalid(_("There is a trunk of this name."), field="name")
    if row is None and len(others) >= MOST:
        raise Invalid(_("Ten trunks are the most that a hotline may have."), field="name")
    moved = row is not None and (row.host, row.username) != (form.host, form.username)
    if form.mode == "register" and not form.password and (moved or row is None or row.sealed is None):
        raise Invalid(_("Write the password again: it was given for another server or user name."), field="password")
    row = row or Trunk(name=form.name, host=form.host, made_by=member)
    row.name, row.mode, row.host, row.port, row.transport = (
        form.name,
        form.mode,
        form.host,
        port_of(form),
        form.transport,
    )
    row.codecs, row.country = form.codecs, form.country
    row.username = form.username if form.mode == "register" else ""
    if form.mode != "register":
        row.sealed = None
    elif form.password:
        row.sealed = await seal(session, form.password.encode())
    row.state, row.seen_at = "unknown", None
    session.add(row)
    await session.flush()
    tell_switches(session)
    return row


def tell_switches(session: Session) -> None:
    """Trunks, or what leads over them, are others now."""
    announce(session, "phone", {"type": "trunks"})


async def password_of(session: Session, row: Trunk) -> str:
    """The password, for the switch alone; "" where there is none."""
    return (await unseal(session, row.sealed)).decode() if row.sealed else ""


async def remove(session: Session, key: UUID) -> None:
    """Forget a trunk; its numbers were seen to before. One that is gone is fine."""
    await session.execute(delete(Trunk).where(col(Trunk.id) == key))
    tell_switches(session)


async def look(session: Session, row: Trunk) -> Asked:
    """Ask the company's server whether it is there, and keep what was seen."""
    asked = await ask(row.host, row.port, row.transport)  # type: ignore[arg-type]  # the database holds it to the three
    await seen(session, row.id, "up" if asked.up else "refused" if asked.why == "refused" else "silent")
    return asked


async def seen(session: Session, key: UUID, state: str) -> None:
    """Keep what the switch sees of a trunk: `up`, `refused` (a registration was) or `silent`."""
    await session.execute(update(Trunk).where(col(Trunk.id) == key).values(state=state, seen_at=now()))

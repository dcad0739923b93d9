"""A member's own telephones: a mobile or a SIP address, proved by a code typed there; a desk phone, which signs in at
our switch."""

import hashlib
import secrets
from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import delete, func, update
from sqlmodel import col, select

from infra.carriers.addresses import Refused, may_ring
from infra.carriers.dialling import Denied, may_dial
from infra.clock import now
from infra.database import Session
from infra.errors import Conflict, Invalid, NotFound
from infra.scope import current_tenant
from infra.vault import fingerprint, seal, unseal
from tenants.devices.models import Device, SipAccount
from tenants.devices.names import desk_account

MOST = 5
CODE_MINUTES = 10
TRIES = 3
LABEL_LIMIT = 40
REALM = "hark"


class DeskPhone(NamedTuple):
    """What is typed into a desk phone to sign in at the switch; `password` is told once."""

    device: Device
    username: str
    password: str


async def devices(session: Session, member: UUID) -> list[Device]:
    """A member's telephones, the oldest first."""
    found = select(Device).where(Device.member_id == member).order_by(col(Device.made_at), col(Device.id))
    return list(await session.exec(found))


async def device(session: Session, member: UUID, key: UUID) -> Device:
    """One of a member's telephones. Raises NotFound, also for somebody else's."""
    row = (await session.exec(select(Device).where(Device.id == key, Device.member_id == member))).one_or_none()
    if row is None:
        raise NotFound
    return row


async def usable(session: Session, member: UUID, kind: str, key: UUID | None) -> Device:
    """The verified telephone of this kind on which a member wants to answer. Raises Conflict when there is none."""
    found = select(Device).where(Device.member_id == member, Device.kind == kind, col(Device.verified_at).is_not(None))
    if key is not None:
        found = found.where(Device.id == key)
    row = (await session.exec(found.order_by(col(Device.made_at)).limit(1))).one_or_none()
    if row is None:
        raise Conflict("This telephone has not been verified yet, so no call can be put through to it.")
    return row


async def number_of(session: Session, row: Device) -> str:
    """A mobile's number in E.164, or a SIP address."""
    return (await unseal(session, row.sealed)).decode()


def masked(number: str) -> str:
    """A number or address by which its owner knows it and nobody else could ring it: +44 … 123, a…@pbx.example.org."""
    if number.startswith("sip:"):
        user, _, host = number.removeprefix("sip:").partition("@")
        return f"{user[0]}…@{host}"
    return f"{number[:3]} … {number[-3:]}"


async def add_mobile(session: Session, member: UUID, typed: str, country: str, label: str = "") -> Device:
    """Keep a mobile's number, not yet verified. `country` says how national numbers are meant.

    Raises Invalid for what can't be dialled, Conflict for one telephone too many.
    """
    allowed = may_dial(typed, country)
    if isinstance(allowed, Denied):
        raise Invalid(_DENIED.get(allowed.why, _DENIED["premium"]), field="number")
    return await _unproven(session, member, "mobile", allowed.e164, label)


async def add_address(session: Session, member: UUID, typed: str, country: str, label: str = "") -> Device:
    """Keep a SIP address at somebody else's switch, not yet verified.

    Raises Invalid for what is never rung, Conflict for one telephone too many.
    """
    address = may_ring(typed, country)
    if isinstance(address, Refused):
        raise Invalid(_REFUSED[address.why], field="address")
    return await _unproven(session, member, "sip", address, label)


async def _unproven(session: Session, member: UUID, kind: str, to: str, label: str) -> Device:
    """The telephone there, which may be known already."""
    kept = await fingerprint(session, "device", to)
    held = await session.exec(select(Device).where(Device.member_id == member, Device.hash == kept))
    if (row := held.one_or_none()) is not None:
        return row
    await _room(session, member)
    row = Device(
        member_id=member, kind=kind, label=label.strip()[:LABEL_LIMIT], hash=kept,
        sealed=await seal(session, to.encode()),
    )  # fmt: skip
    session.add(row)
    await session.flush()
    return row


_DENIED = {
    "invalid": "This is not a telephone number. Write it with its country code, like +44 7700 900123.",
    "emergency": "This is an emergency number, and those are never dialled.",
    "short": "This number is too short to be anybody's mobile.",
    "premium": "Numbers of this kind are never dialled from here, for what they cost.",
}
_REFUSED = {
    "form": "This is not a SIP address. Write it like 201@pbx.example.org.",
    "private": "This address lies in a private network, where no telephone company reaches it.",
    "company": "Addresses of telephone companies themselves are never rung from here, for what they may cost.",
    "number": "Numbers of this kind are never dialled from here, also not over a switch of your own.",
}


async def add_desk(session: Session, member: UUID, key: UUID, label: str = "") -> DeskPhone:
    """Make the account by which a desk phone signs in. `key` becomes the telephone's id: asked for again with the
    same one, it raises Conflict, since the password was told already."""
    if (await session.exec(select(Device.id).where(Device.id == key))).first() is not None:
        raise Conflict("This desk phone was added already. Its password is told once only; add another one for a new.")
    await _room(session, member)
    password = secrets.token_urlsafe(15)
    row = Device(
        id=key, member_id=member, kind="desk", label=label.strip()[:LABEL_LIMIT], verified_at=now(),
        hash=await fingerprint(session, "device", str(key)), sealed=await seal(session, password.encode()),
    )  # fmt: skip
    session.add(row)
    await session.flush()
    username = desk_account(key)
    session.add(account(member, username, password, browser=False, device=key))
    await session.flush()
    return DeskPhone(row, username, password)


def account(member: UUID, username: str, password: str, *, browser: bool, device: UUID | None = None) -> SipAccount:
    """A SIP account as the switch's views read it: of the password only its digest is kept (RFC 3261, section 22.4)."""
    digest = hashlib.md5(f"{username}:{REALM}:{password}".encode()).hexdigest()  # noqa: S324  # what SIP asks for
    return SipAccount(member_id=member, device_id=device, username=username, secret=digest, browser=browser)


async def _room(session: Session, member: UUID) -> None:
    held = select(func.count()).select_from(Device).where(Device.member_id == member)
    if (await session.exec(held)).one() >= MOST:
        raise Conflict("You have %(most)s telephones here already. Remove one first.", most=MOST)


async def remove(session: Session, member: UUID, key: UUID) -> None:
    """Forget a telephone, with the account of a desk phone. Raises NotFound; whoever answers on it stops before."""
    row = await device(session, member, key)
    await session.execute(delete(SipAccount).where(col(SipAccount.device_id) == row.id))
    await session.delete(row)
    await session.flush()


async def ask_code(session: Session, member: UUID, key: UUID) -> str:
    """Begin to verify a mobile or an address: the code that is shown on the screen, to be typed on the telephone that
    we ring."""
    row = await device(session, member, key)
    if row.kind == "desk" or row.verified_at is not None:
        raise Conflict("This telephone is verified already.")
    row.code_until, row.tries = now() + timedelta(minutes=CODE_MINUTES), 0
    session.add(row)
    await session.flush()
    code = await _code(session, row)
    row.code_hash = await fingerprint(session, "device-code", code)
    session.add(row)
    await session.flush()
    return code


async def code_of(session: Session, row: Device) -> str:
    """The code that is being waited for, "" when none is: it follows from the row, so a reloaded page shows it too."""
    waiting = row.verified_at is None and row.code_hash and row.code_until is not None and row.code_until > now()
    return await _code(session, row) if waiting and row.tries < TRIES else ""


async def _code(session: Session, row: Device) -> str:
    until = row.code_until.isoformat() if row.code_until else ""
    drawn = await fingerprint(session, "device-code-drawn", f"{row.id}:{until}")
    return f"{int.from_bytes(drawn[:8]) % 10_000:04}"


async def typed(session: Session, key: UUID, digits: str) -> bool:
    """What was typed on a mobile that we rang: True when it is the code, and the mobile verified from now on. After
    three wrong ones, or ten minutes, nothing is right until the member asks for a new code."""
    row = (await session.exec(select(Device).where(Device.id == key).with_for_update())).one_or_none()
    if row is None or row.code_hash is None or row.code_until is None or row.code_until <= now() or row.tries >= TRIES:
        return False
    right = secrets.compare_digest(await fingerprint(session, "device-code", digits), row.code_hash)
    values = {"verified_at": now(), "code_hash": None, "code_until": None} if right else {"tries": row.tries + 1}
    await session.execute(
        update(Device).where(col(Device.tenant_id) == current_tenant(), col(Device.id) == key).values(values)
    )
    return right

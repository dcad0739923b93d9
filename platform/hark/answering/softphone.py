"""The softphone in a console's tab: an account at the switch for as long as the tab is open, and no longer."""

import secrets
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy import delete, update
from sqlmodel import col

from infra.clock import now
from infra.database import Session
from infra.services.voice.found import asterisks
from infra.services.voice.instance import Coordinates
from infra.settings import settings
from tenants.devices.models import SipAccount
from tenants.devices.names import tab_account
from tenants.devices.service import account

LIVES = timedelta(minutes=15)


def switches() -> list[Coordinates]:
    """The switches that browsers can register at."""
    return asterisks(settings().data_dir, settings().asterisk)


def switch(name: str) -> Coordinates | None:
    """The switch of this name."""
    return next((each for each in switches() if each.name == name), None)


async def sign_up(session: Session, member: UUID, sid: str, base: str) -> dict[str, Any] | None:
    """The `softphone` message with the credentials of a tab; None when the tab has some, which hold on.

    Accounts of tabs that went without a word are swept away on the way: expired, no switch has known them since.
    """
    username, at = tab_account(member, sid), now()
    await session.execute(delete(SipAccount).where(col(SipAccount.expires_at) < at))
    if await hold_on(session, member, sid):
        return None
    password = secrets.token_urlsafe(24)
    row = account(member, username, password, browser=True)
    row.expires_at = at + LIVES
    session.add(row)
    await session.flush()
    return {
        "type": "softphone",
        "username": username,
        "password": password,
        "servers": [_address(each, base) for each in switches()],
    }


async def hold_on(session: Session, member: UUID, sid: str) -> bool:
    """The tab is still open: its account lives on. False when it has none."""
    found = (
        update(SipAccount)
        .where(col(SipAccount.member_id) == member, col(SipAccount.username) == tab_account(member, sid))
        .values(expires_at=now() + LIVES)
        .returning(col(SipAccount.id))
    )
    return (await session.execute(found)).scalar() is not None


async def sign_off(session: Session, member: UUID, sid: str) -> None:
    """The tab has closed."""
    gone = delete(SipAccount).where(col(SipAccount.member_id) == member)
    await session.execute(gone.where(col(SipAccount.username) == tab_account(member, sid)))


def _address(found: Coordinates, base: str) -> str:
    """Where a browser reaches a switch: straight where the proxy before us passes its socket on, else through us."""
    there, here = urlsplit(found.ws), urlsplit(settings().base_url)
    return found.ws if there.scheme == "wss" and there.hostname == here.hostname else f"{base}/sip/{found.name}"

"""A hotline with a number, volunteers with telephones, and a network on paper."""

import secrets
from collections.abc import AsyncIterator
from uuid import UUID

import pytest
from sqlalchemy import update
from sqlmodel import col

from hark.phone import service, turns
from hark.phone.carriers.voices import voices
from hark.switchboard.models import Duty
from hark.switchboard.touched import listeners
from infra.clock import now
from infra.database import unit_of_work
from infra.ids import new_id
from infra.scope import no_scope
from infra.vault import seal
from tenants.devices.models import Device
from tenants.directory.models import Number, Tenant
from tests.phone.network import PaperNetwork
from tests.switchboard.conftest import Hotline, Open, open_hotline

__all__ = ["open_hotline"]


@pytest.fixture
async def network(ground: None) -> AsyncIterator[PaperNetwork]:
    """The paper network, heard by the telephone for the length of a test."""
    made = PaperNetwork()
    voices[made.name] = made
    listeners.append(service.changed)
    yield made
    await turns.quiet()
    listeners.remove(service.changed)
    del voices[made.name]


async def number_for(hotline: Hotline, network: PaperNetwork | None = None) -> str:
    """Give a hotline its directory entry and a number; on the paper network, one that it can ring out with."""
    e164 = f"+44207{secrets.randbelow(10**7):07d}"
    with no_scope():
        async with unit_of_work() as session:
            session.add(
                Tenant(
                    id=hotline.tenant, slug=f"h{hotline.tenant.hex}", name="Harbour", organisation="Harbour",
                    kind="blank", country="GB", zone="Europe/London", languages=["en", "zh-Hans"], status="open",
                )
            )  # fmt: skip
            session.add(
                Number(
                    e164=e164,
                    carrier="paper",
                    node=network.node if network else "",
                    status="held",
                    country="GB",
                    tenant=hotline.tenant,
                    line=hotline.line.id,
                )
            )
    return e164


async def answers_on(hotline: Hotline, name: str, kind: str, address: str = "") -> UUID:
    """Somebody on duty answers on their desk phone or mobile from now on."""
    key = new_id()
    async with unit_of_work() as session:
        sealed = await seal(session, address.encode())
        session.add(
            Device(id=key, member_id=hotline.people[name], kind=kind, sealed=sealed, hash=key.bytes, verified_at=now())
        )
        await session.flush()
        await session.execute(
            update(Duty).where(col(Duty.id) == hotline.people[name]).values(device=kind, device_id=key)
        )
    return key


__all__ += ["Open"]

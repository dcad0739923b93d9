"""Once an hour: what lies with each telephone company is brought in, and names of legs long over end."""

from datetime import timedelta

from hark.phone.stray import names
from hark.phone.stray.lying import bring_in
from infra.carriers.twiml.api import Api, Denied
from infra.carriers.twiml.vendors import vendor_of
from infra.clock import now
from infra.database import Session
from infra.jobs import enqueue, job
from infra.settings import settings

ROUND = timedelta(hours=1)


async def begin(session: Session) -> None:
    """Owe the next round, unless it is owed already; a process calls it as it starts."""
    await enqueue(session, "stray.round", key=f"stray:{now():%Y-%m-%dT%H}")


@job("stray.round", background=True)
async def go_round(session: Session) -> None:
    """Owe each account's look, forget old names, and owe the next round."""
    for account in settings().twiml:
        await enqueue(session, "stray.look", {"node": account.name}, key=f"stray:{account.name}:{now():%Y-%m-%dT%H}")
    await names.sweep(session)
    later = now() + ROUND
    await enqueue(session, "stray.round", key=f"stray:{later:%Y-%m-%dT%H}", due=later)


@job("stray.look", background=True)
async def look(session: Session, node: str) -> None:
    """Bring in what lies at one account. Raises Unclear to be tried again later."""
    account = next((one for one in settings().twiml if one.name == node), None)
    if account is None:
        return
    api = Api(vendor_of(account))
    try:
        await bring_in(node, api)
    except Denied:
        return  # our credentials are refused; who rings out says so as well
    finally:
        await api.close()

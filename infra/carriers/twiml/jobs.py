"""What couldn't be told to a vendor at once is told later."""

from sqlmodel import select

from infra.carriers.twiml.api import Api, Denied
from infra.carriers.twiml.models import OVER, VendorLeg
from infra.carriers.twiml.pages.links import Links
from infra.carriers.twiml.vendors import vendor_of
from infra.database import Session
from infra.jobs import job
from infra.settings import settings


@job("twiml.again")
async def again(session: Session, node: str, ref: str, was: str) -> None:
    """End a leg, or nudge it unless it has asked by itself since. Raises Unclear to be tried again later."""
    account = next((one for one in settings().twiml if one.name == node), None)
    found = select(VendorLeg).where(VendorLeg.node == node, VendorLeg.ref == ref)
    row = (await session.exec(found)).first()
    if account is None or row is None or row.stage == OVER or not row.sid:
        return
    api = Api(vendor_of(account))
    try:
        if row.ended:
            await api.end(row.sid)
        elif row.doing == was:
            await api.redirect(row.sid, Links(account, ref).to("next"))
    except Denied:
        return  # it has ended meanwhile
    finally:
        await api.close()

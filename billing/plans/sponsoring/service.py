"""A sponsor is asked by letter, says yes or no on a page that only the letter leads to, and may end it there."""

from hashlib import sha256
from secrets import token_urlsafe

from sqlmodel import col, select

from billing.plans.letters import write
from billing.plans.models import PlanPayer
from billing.plans.service import Address, payer_of, sealed
from infra.clock import now
from infra.database import Session
from infra.errors import Invalid, NotFound, _
from infra.mail import send
from infra.scope import current_tenant
from infra.settings import settings
from infra.web import gettext, speaking
from tenants.directory.service import tenant_by_id
from tenants.members.service import normal_email


async def sponsor(session: Session) -> PlanPayer | None:
    """The hotline's sponsor, who pays or is asked to; None without one."""
    return await payer_of(session, "sponsor") or await payer_of(session, "sponsor", state="invited")


async def ask(session: Session, address: Address, *, language: str) -> None:
    """Ask somebody to pay the plan of the hotline in scope; whoever was before is one no more. Raises Invalid."""
    if not address.name.strip():
        raise Invalid(_("Write who it is."), field="sponsor_name")
    try:
        email = normal_email(address.email)
    except Invalid:
        raise Invalid(_("This isn't an e-mail address."), field="sponsor_email") from None
    await end(session)
    tenant = await tenant_by_id(session, current_tenant())
    token = token_urlsafe(24)
    kept = await sealed(session, Address(address.name.strip(), email))
    session.add(
        PlanPayer(kind="sponsor", state="invited", sealed=kept, token_hash=_hash(token), language=language)
    )  # fmt: skip
    with speaking(language):
        subject = gettext("%(hotline)s asks you to pay for its line", hotline=tenant.name)
        text = gettext(
            "%(organisation)s runs the hotline %(hotline)s on this platform and asks whether you would pay for its "
            "plan. You would get one invoice a month, with the name of the line and the sum, and learn nothing of who "
            "calls. You can end it at any time. What it costs is here, and you can say yes or no:\n\n%(page)s",
            organisation=tenant.organisation,
            hotline=tenant.name,
            page=f"{settings().base_url}/h/{tenant.slug}/sponsor/{token}",
        )
    await send(session, to=email, subject=subject, text=text)


async def end(session: Session, row: PlanPayer | None = None) -> None:
    """Nobody else pays from now on; invoices that are open stay with whoever had them."""
    row = row or await sponsor(session)
    if row is not None and row.state != "ended":
        row.state, row.answered_at = "ended", now()
        session.add(row)
        await session.flush()


async def of_token(session: Session, token: str) -> PlanPayer:
    """The sponsor to whom this letter went. Raises NotFound."""
    mine = (PlanPayer.tenant_id == current_tenant(), PlanPayer.token_hash == _hash(token))
    row = (await session.exec(select(PlanPayer).where(*mine, col(PlanPayer.kind) == "sponsor"))).one_or_none()
    if row is None:
        raise NotFound
    return row


async def answer(session: Session, row: PlanPayer, *, yes: bool) -> None:
    """What the sponsor says. A yes to an invitation that was taken back or answered with no is Invalid."""
    if yes and row.state == "invited":
        row.state, row.answered_at = "active", now()
        session.add(row)
        await session.flush()
        await write(session, "sponsor_accepted", str(row.id))
    elif yes and row.state == "ended":
        raise Invalid(_("The hotline doesn't ask for this any more. Nothing was changed."))
    elif not yes and row.state != "ended":
        await end(session, row)
        await write(session, "sponsor_ended", str(row.id))


def _hash(token: str) -> bytes:
    return sha256(token.encode()).digest()

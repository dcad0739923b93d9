"""Opens a hotline's account at the processor, follows how it stands, and lets it go."""

from contextlib import suppress
from typing import Any

import stripe
from sqlalchemy import func
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select
from stripe.params import AccountCreateParams

from billing.processor.access import Gone, Refused, Unavailable, at, client, plainly
from billing.processor.models import Operation, Payee, PaymentAccount
from billing.processor.operations import perform
from infra.clock import now
from infra.database import Session, unit_of_work
from infra.ids import new_id
from infra.scope import current_tenant
from tenants.directory.models import Tenant

IN_USE = ("started", "ready", "restricted")


async def account_in_use(session: Session) -> PaymentAccount | None:
    """The hotline's account, unless it has none or was disconnected."""
    return (await session.exec(select(PaymentAccount).where(col(PaymentAccount.state).in_(IN_USE)))).one_or_none()


async def methods(session: Session) -> list[str]:
    """Ways to pay that the hotline may offer now, in the processor's words (card, alipay, wechat_pay); none when it
    can't take payments."""
    row = await account_in_use(session)
    return list(row.methods) if row and row.charges_enabled else []


async def open_account(tenant: Tenant, country: str, address: str) -> str:
    """See that the hotline has an account; returns its name at the processor. `address` is its public page.

    In its scope. One that was let go is taken up again if it still lets us in. Raises Unavailable, Refused.
    """
    async with unit_of_work() as session:
        if held := await account_in_use(session):
            return held.account
        if again := await _taken_up(session):
            return again
        settled = select(func.count()).where(col(Operation.kind) == "account", col(Operation.state) != "wanted")
        number = (await session.exec(settled)).one()
    sent: AccountCreateParams = {
        "country": country,
        "controller": {
            "fees": {"payer": "account"},
            "losses": {"payments": "stripe"},
            "requirement_collection": "stripe",
            "stripe_dashboard": {"type": "full"},
        },
        "capabilities": {"card_payments": {"requested": True}, "transfers": {"requested": True}},
        "business_profile": {"name": tenant.organisation, "url": address},
        "metadata": {"hotline": str(tenant.id)},
    }
    if not address.startswith("https://"):  # one on somebody's own machine is no address to the processor
        sent["business_profile"] = {"name": tenant.organisation}

    async def call(key: str) -> stripe.StripeObject:
        return await client().v1.accounts.create_async(sent, options=at("", key))

    made = await perform("account", f"account:{number}:{country}", call, sent=sent, params={"country": country})
    async with unit_of_work() as session:
        await session.execute(
            insert(Payee).values(id=new_id(), account=made.id, tenant=current_tenant()).on_conflict_do_nothing()
        )
        fresh = PaymentAccount(account=made.id, country=country).model_dump()
        await session.execute(insert(PaymentAccount).values(fresh).on_conflict_do_nothing())
        await session.flush()
        with suppress(Unavailable):  # it is there; what it is asked for is fetched whenever somebody looks
            await renew(session, made.id)
    return made.id


async def _taken_up(session: Session) -> str | None:
    """The account that was let go last, in use again if it lets us in."""
    last = select(PaymentAccount).where(PaymentAccount.state == "disconnected")
    row = (await session.exec(last.order_by(col(PaymentAccount.made_at).desc()).limit(1))).first()
    if row is None:
        return None
    row.state = "started"
    await session.flush()
    await renew(session, row.account)
    return row.account if row.state != "disconnected" else None


async def onboarding(account: str, page: str) -> str:
    """The address of the processor's own page for the account; it leads back to below `page`. Good once, for some
    minutes. Raises Unavailable, Refused, Gone."""
    with plainly():
        link = await client().v1.account_links.create_async(
            {
                "account": account,
                "type": "account_onboarding",
                "refresh_url": f"{page}/again",
                "return_url": f"{page}/back",
            }
        )
    return link.url


async def renew(session: Session, account: str) -> None:
    """Fetch how an account stands. One that was let go stays so; one that doesn't let us in is let go."""
    found = select(PaymentAccount).where(PaymentAccount.account == account).with_for_update()
    row = (await session.exec(found.execution_options(populate_existing=True))).one_or_none()
    if row is None or row.state not in IN_USE:
        return
    try:
        with plainly():
            told = (await client().v1.accounts.retrieve_async(account)).to_dict()
        ways = await _ways(account, told)
    except Gone:
        await left(session, account)
        return
    asks = told.get("requirements")
    row.country, row.currency = told["country"] or row.country, (told["default_currency"] or "").upper()
    row.charges_enabled, row.payouts_enabled = bool(told["charges_enabled"]), bool(told["payouts_enabled"])
    row.missing = list(dict.fromkeys([*(asks["past_due"] or ()), *(asks["currently_due"] or ())])) if asks else []
    row.methods = ways if row.charges_enabled else []
    row.state = "ready" if row.charges_enabled else "restricted" if told["details_submitted"] else "started"
    row.checked_at = now()


async def _ways(account: str, told: dict[str, Any]) -> list[str]:
    """Ways to pay that the account's own settings offer; by the capability for cards alone where it keeps none."""
    try:
        with plainly():
            listed = await client().v1.payment_method_configurations.list_async({"limit": 100}, options=at(account))
    except Refused:
        listed = None
    kept = [one.to_dict() for one in listed.data if one.active and one.is_default] if listed else []
    if not kept:
        return ["card"] if (told.get("capabilities") or {}).get("card_payments") == "active" else []
    ours = next((one for one in kept if one["parent"]), kept[0])
    return sorted(name for name, way in ours.items() if isinstance(way, dict) and way.get("available"))


async def left(session: Session, account: str) -> None:
    """The hotline, or the processor, has ended it: nothing is taken by this account any more. Its books stay."""
    found = select(PaymentAccount).where(PaymentAccount.account == account).with_for_update()
    row = (await session.exec(found)).one_or_none()
    if row is not None and row.state != "disconnected":
        row.state, row.methods, row.missing = "disconnected", [], []
        row.charges_enabled = row.payouts_enabled = False
        row.checked_at = now()

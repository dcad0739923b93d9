"""From a month to its invoice, and from what the processor says about one to the books and the letters."""

from datetime import timedelta
from uuid import UUID

from sqlmodel import select

from billing.money import Money
from billing.plans.catalogue import rules
from billing.plans.invoices import reckoning
from billing.plans.invoices.books import book_ours, book_theirs
from billing.plans.invoices.wording import month_words, words_of
from billing.plans.letters import write
from billing.plans.models import PlanInvoice, PlanPayer
from billing.plans.service import address_of, facts_of, payer_of, row_of, today
from billing.plans.standing import last_month, standing_on
from billing.processor.invoicing import heard
from billing.processor.invoicing.service import Bill, Item, Order, customer, draw_up, fetch
from billing.usage.service import by_month
from infra.database import Session
from infra.jobs import enqueue, job
from infra.scope import PLATFORM, current_tenant, tenant_scope
from infra.web import gettext as _
from infra.web import speaking
from tenants.directory.models import Tenant
from tenants.directory.service import tenant_by_id


async def of_month(session: Session, tenant: Tenant) -> PlanInvoice | None:
    """The row of this month's invoice: written down once its day has come, unless nothing is owed, nobody is there to
    pay it, or the hotline's extras sleep (who can't pay isn't asked for more). From then on it is what it is."""
    day = today(tenant)
    month = day.replace(day=1)
    if day.day < rules().bills_on:
        return None
    standing = await row_of(session, tenant, lock=True)
    held = select(PlanInvoice).where(PlanInvoice.tenant_id == tenant.id, PlanInvoice.month == month)
    if row := (await session.exec(held)).one_or_none():
        return row
    facts = await facts_of(session, standing)
    if standing_on(facts, day, rules()).state == "asleep":
        return None
    used = await by_month(session, last_month(month), month)
    by_kind = {kind: quantity for (kind, _month), quantity in used.items()}
    lines = reckoning.lines(facts, by_kind, standing.currency, month)
    sponsor = await payer_of(session, "sponsor")
    payer = sponsor or await payer_of(session, "own")
    if not lines or payer is None:
        return None
    row = PlanInvoice(
        month=month, payer=payer.id, currency=standing.currency, way="invoice" if sponsor else standing.way,
        minor=reckoning.total(lines, standing.currency).minor, lines=[line.kept() for line in lines],
        due_on=day + timedelta(days=rules().due_days),
    )  # fmt: skip
    session.add(row)
    await session.flush()
    return row


async def owe(session: Session, row: PlanInvoice) -> None:
    """Owe what a row still wants: to be drawn up, or to be looked at."""
    if row.ref is None:
        await enqueue(session, "plans.draw", {"invoice": str(row.id)}, key=f"plans.draw:{row.id}")
    else:
        await _owe_look(session, row.ref)


async def _owe_look(session: Session, ref: str) -> None:
    with tenant_scope(PLATFORM):
        await enqueue(session, "plans.hear", {"invoice": ref}, key=f"plans.hear:{ref}")


@job("plans.draw")
async def draw(session: Session, invoice: str) -> None:
    """Draw an invoice up at the processor as it was written down; done again, it is the same one."""
    row = (await session.exec(select(PlanInvoice).where(PlanInvoice.id == UUID(invoice)))).one_or_none()
    if row is None or row.ref is not None:
        return
    tenant = await tenant_by_id(session, current_tenant())
    payer = (await session.exec(select(PlanPayer).where(PlanPayer.id == row.payer))).one()
    address = await address_of(session, payer)
    key = f"{row.month:%Y-%m}"
    with speaking(payer.language):
        about = _("%(hotline)s on Hark, %(month)s", hotline=tenant.name, month=month_words(row.month))
        items = [
            Item(_name(line), words_of(line), Money(line["minor"], row.currency)) for line in row.lines
        ]  # fmt: skip
        if payer.kind == "sponsor":  # they are told whose line it is and the sum, and nothing of what it does
            items = [Item(f"sponsored:{key}", about, Money(row.minor, row.currency))]
        payer.customer = await customer(str(payer.id), name=address.name, email=address.email, language=payer.language)
        row.ref = await draw_up(
            Order(key, payer.customer, items, about, row.way == "card", rules().due_days, subject=row.id)
        )
    row.due_on = today(tenant) + timedelta(days=rules().due_days)  # counted from when it can be paid
    session.add_all([payer, row])
    await _owe_look(session, row.ref)


def _name(line: dict[str, str]) -> str:
    month = line["month"][:7]
    return f"plan:{month}" if line["kind"] == "plan" else f"usage:{month}:{line['kind']}"


async def hear(session: Session, ref: str) -> None:
    """An invoice on the platform's account has moved."""
    await _owe_look(session, ref)


heard.listeners.append(hear)


@job("plans.hear")
async def look(session: Session, invoice: str) -> None:
    """In the platform's scope: fetch an invoice, book it here, and hand it on to the hotline whose it is. One that
    names none isn't a plan's."""
    if current_tenant() != PLATFORM:
        return
    bill = await fetch(invoice)
    if bill.hotline is None:
        return
    await book_ours(session, bill)
    with tenant_scope(bill.hotline):
        await enqueue(session, "plans.settle", {"invoice": invoice}, key=f"plans.settle:{invoice}")


@job("plans.settle")
async def settle(session: Session, invoice: str) -> None:
    """In the hotline's scope: fetch its invoice, keep how it stands, book it."""
    found = select(PlanInvoice).where(PlanInvoice.tenant_id == current_tenant(), PlanInvoice.ref == invoice)
    row = (await session.exec(found.with_for_update(), execution_options={"populate_existing": True})).one_or_none()
    if row is not None:
        await follow(session, row, await fetch(invoice))


async def follow(session: Session, row: PlanInvoice, bill: Bill) -> None:
    """Keep what the processor says about an invoice, book it, and write what is to be written."""
    tenant = await tenant_by_id(session, current_tenant())
    standing = await row_of(session, tenant)
    before = standing_on(await facts_of(session, standing), today(tenant), rules())
    payer = (await session.exec(select(PlanPayer).where(PlanPayer.id == row.payer))).one()
    row.state, row.number, row.page = bill.state, bill.number, bill.page
    row.outside, row.paid_at = bill.outside, bill.paid_at
    session.add(row)
    await session.flush()
    await book_theirs(session, bill, f"{row.month:%Y-%m}", sponsored=payer.kind == "sponsor")
    if row.state == "open":
        await write(session, "invoice", f"{row.month}", row)
    elif row.state == "paid":
        await write(session, "paid", f"{row.month}", row)
        after = standing_on(await facts_of(session, standing), today(tenant), rules())
        if before.state == "asleep" and after.state != "asleep":
            await write(session, "awake", f"{row.month}", row)

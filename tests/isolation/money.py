"""A hotline's books for the sweeps: a gift with its fee, booked two days ago, on a day that is closed."""

from datetime import date, timedelta
from uuid import UUID

from billing.ledger import Entry, Posting, book
from billing.ledger.digest.closing import close_days
from billing.openness.models import OpenPeriod, UsageRate
from billing.plans.models import PlanInvoice, PlanLetter, PlanPayer, PlanStanding
from billing.usage.service import count
from infra import clock
from infra.database import Session
from infra.ids import new_id
from infra.vault import seal


async def books(session: Session, marker: str) -> dict[str, UUID]:
    """Book and close in the tenant in scope; the marker stands in what only its own people may read."""
    gift = new_id()
    postings = [Posting("processor", 955, "GBP", gift=gift), Posting("processor_fees", 45, "GBP", gift=gift)]
    postings.append(Posting("gifts", -1000, "GBP", gift=gift))
    with clock.travel(by=-timedelta(days=2)):
        entry = await book(session, Entry(f"seed:{marker}", "charge", clock.now(), postings, note=f"Note {marker}"))
    await close_days(session)
    await count(session, "minutes", marker, 60, clock.now())
    since, until = date(2020, 1, 1), date(2020, 2, 1)
    laid = OpenPeriod(since=since, until=until, booked_before=date(2020, 2, 15), currency="GBP", answered=5)
    session.add_all([laid, UsageRate(kind="minutes", month=since, currency="GBP", milli=1)])
    return {"ledger_entry": entry, "booked_gift": gift}


async def plan(session: Session, tenant: UUID, marker: str) -> None:
    """A plan, its sponsor, an invoice of it and a letter about that."""
    day = clock.now().date()
    sponsor = PlanPayer(
        kind="sponsor", state="active", sealed=await seal(session, marker.encode()), token_hash=marker.encode()
    )
    session.add_all([sponsor, PlanStanding(id=tenant, plan="solidarity", since=day, trial_until=day)])
    await session.flush()
    session.add(
        PlanInvoice(
            month=day.replace(day=1), payer=sponsor.id, way="invoice", currency="GBP", minor=1600, ref=f"in_{marker}",
            number=marker, state="paid", due_on=day,
        )
    )  # fmt: skip
    session.add(PlanLetter(kind="paid", about=marker))

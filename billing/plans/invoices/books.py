"""What an invoice is in both books, from the processor's own word on it: the same entries however often it is asked.

The platform's: owed to it once it is drawn up, settled when it is paid. The payment itself comes to its books with the
account's balance transactions, as money of which nobody knows the reason ("adjustments"); the invoice is the reason, so
the second entry takes it from there. The hotline's: a cost that it owes, until it has paid. What a sponsor pays costs
the hotline as much, and is a grant to it.
"""

from datetime import datetime
from uuid import UUID

from billing.ledger import Entry, Posting, book, reverse
from billing.money import Money
from billing.processor.invoicing.service import Bill
from infra.database import Session


async def book_ours(session: Session, bill: Bill) -> None:
    """Book it in the platform's books, in its scope."""
    came_by = "bank" if bill.outside else "adjustments"
    await _follow(session, bill, bill.ref, ("receivable", "plans"), (came_by, "receivable"))


async def book_theirs(session: Session, bill: Bill, month: str, *, sponsored: bool) -> None:
    """Book it in the hotline's books, in its scope; `month` names it there ("2026-11")."""
    if not sponsored:
        await _follow(session, bill, month, ("cost.plan", "payable"), ("payable", "bank"))
    elif bill.state == "paid" and bill.paid_at:
        await _book(
            session, f"plan:{month}:sponsored", "plan.sponsored", bill.paid_at, bill.money, "cost.plan", "grants"
        )


async def _follow(session: Session, bill: Bill, name: str, owed: tuple[str, str], settled: tuple[str, str]) -> None:
    """Owed when it was drawn up, settled when it was paid (debit and credit of each), taken back when it is void."""
    if bill.state == "draft" or not bill.money.minor:
        return
    first = await _book(session, f"plan:{name}", "plan.invoice", bill.made_at, bill.money, *owed)
    if bill.state == "paid" and bill.paid_at:
        await _book(session, f"plan:{name}:paid", "plan.paid", bill.paid_at, bill.money, *settled)
    elif bill.state == "void" and bill.void_at:
        await reverse(session, first, ref=f"plan:{name}:void", at=bill.void_at)


async def _book(session: Session, ref: str, kind: str, moment: datetime, money: Money, debit: str, credit: str) -> UUID:
    postings = (Posting(debit, money.minor, money.currency), Posting(credit, -money.minor, money.currency))
    return await book(session, Entry(ref=ref, kind=kind, at=moment, postings=postings))

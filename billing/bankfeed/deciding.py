"""Says what a line of a statement is, once somebody has: books it where it isn't in the books; and undoes that."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import select

from billing.bankfeed.lines import Told, line_of, told_of
from billing.bankfeed.models import BankLine, BankPayer
from billing.bankfeed.proposals import BY_HAND, BY_ITSELF
from billing.ledger import Entry, Posting, book, reverse
from billing.ledger.chart import CHART
from billing.ledger.models import LedgerEntry
from billing.ledger.service import entry_of, postings_of
from billing.matching.pools import pay_in
from billing.money import Money
from billing.offline import service as offline
from billing.offline.facts import OfflineFacts
from billing.offline.form import Given
from infra.clock import now
from infra.database import Session
from infra.errors import Conflict, Invalid, _
from infra.ids import new_id
from infra.scope import current_tenant
from tenants.directory.models import Tenant

COSTS = tuple(code for code in CHART if code.startswith("cost.") and code != "cost.plan")
"""What may be booked from a statement; the platform's own invoice comes by itself, and is in the bank once paid."""
BOOKED = {"grant": ("grants", "bank.grant"), "cash": ("cash", "bank.cash")}
"""On which account of the books the other side stands, and what the entry is called."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What somebody says that a line is: `what` is a state of a line. `subject` is the gift, entry or pool that it
    belongs to; the rest is about a gift, `cost` the account of a cost."""

    what: str
    subject: UUID | None = None
    cost: str = ""
    donor: UUID | None = None
    name: str = ""
    email: str = ""
    campaign: UUID | None = None
    receipt: bool = True
    language: str = "en"


async def decide(session: Session, tenant: Tenant, key: UUID, choice: Choice, *, by: UUID | None) -> BankLine:
    """Book a line as what it is, or say what in the books it is already. Decided twice alike, it was decided once.

    Raises NotFound, Conflict for one that was decided otherwise, Invalid for what it can't be.
    """
    row = await line_of(session, key, lock=True)
    if row.state != "waiting":
        if row.state == choice.what:
            return row
        raise Conflict(_("Somebody has decided about this line already. Undo that first."))
    told, at = await told_of(session, row), offline.moment_of(row.day, tenant)
    if choice.what == "gift":
        await _gift(session, tenant, row, told, choice, by)
    elif choice.what in ("known", "payout"):
        row.subject = await _same(session, row, choice)
    elif choice.what == "pool":
        row.subject = row.entry = await _pool(session, row, choice, at)
    elif choice.what in BOOKED or choice.what == "cost":
        row.entry = await _other(session, row, choice, at)
    elif choice.what != "ignored":
        raise Invalid(_("Choose one of these."), field="what")
    row.state, row.by, row.decided_at = choice.what, by, now()
    session.add(row)
    await session.flush()
    await _remember(session, row, choice)
    return row


async def _gift(session: Session, tenant: Tenant, row: BankLine, told: Told, choice: Choice, by: UUID | None) -> None:
    if row.minor < 0:
        raise Invalid(_("Money that went is no gift."), field="what")
    facts = OfflineFacts(name=choice.name, email=choice.email, reference=told.reference[:200])
    given = Given(
        "bank", Money(row.minor, row.currency), row.day, choice.campaign, facts, choice.language, choice.receipt
    )
    ticket = f"bank:{row.id}:{row.turn}"
    made, _fresh = await offline.enter(
        session, tenant, given, ticket=ticket, by=by, donor=choice.donor, account=told.number
    )
    row.subject, row.entry = made.id, made.entry


async def _same(session: Session, row: BankLine, choice: Choice) -> UUID:
    """The gift, or the payment in the books, that this line is; it must be of the same amount and no other line's."""
    if choice.subject is None:
        raise Invalid(_("Choose which one it is."), field="subject")
    if choice.what == "known":
        gift = await offline.entered(session, choice.subject, lock=True)
        fits = (
            gift.kind == "bank" and gift.entry is not None and (gift.minor, gift.currency) == (row.minor, row.currency)
        )
    else:
        entry = await entry_of(session, choice.subject)
        sums = [(each.minor, each.currency) for each in await postings_of(session, entry.id) if each.account == "bank"]
        back = select(LedgerEntry.id).where(LedgerEntry.reverses == entry.id)
        of_a_kind = entry.kind in BY_ITSELF | BY_HAND
        fits = of_a_kind and sums == [(row.minor, row.currency)] and not (await session.exec(back)).first()
    other = select(BankLine.id).where(BankLine.subject == choice.subject)
    if not fits or (await session.exec(other)).first():
        raise Invalid(_("That is of another amount, or another line is it already."), field="subject")
    return choice.subject


async def _pool(session: Session, row: BankLine, choice: Choice, at: datetime) -> UUID:
    if choice.subject is None or row.minor < 0:
        raise Invalid(_("Choose which one it is."), field="subject")
    money, ref = Money(row.minor, row.currency), f"bank:{row.id}:{row.turn}"
    return await pay_in(session, choice.subject, money, account="bank", at=at, ref=ref)


async def _other(session: Session, row: BankLine, choice: Choice, at: datetime) -> UUID:
    """What is neither a gift nor in the books: a grant, cash that was brought to the bank or fetched, a cost."""
    if choice.what == "cost":
        if choice.cost not in COSTS:
            raise Invalid(_("Choose what it was spent on."), field="cost")
        account, kind = choice.cost, "bank.cost"
    else:
        account, kind = BOOKED[choice.what]
    if choice.what == "grant" and row.minor < 0:
        raise Invalid(_("Money that went is no grant."), field="what")
    postings = (
        Posting("bank", row.minor, row.currency, campaign=choice.campaign),
        Posting(account, -row.minor, row.currency, campaign=choice.campaign),
    )
    return await book(session, Entry(f"bank:{row.id}:{row.turn}", kind, at, postings))


async def _remember(session: Session, row: BankLine, choice: Choice) -> None:
    """What this payer's line was, for the next one's proposal."""
    if row.payer is None or choice.what not in ("gift", "cost"):
        return
    donor = None
    if choice.what == "gift" and row.subject:
        donor = await offline.donor_of(session, row.subject)
    new = insert(BankPayer).values(
        tenant_id=current_tenant(), id=new_id(), hash=row.payer, donor=donor, cost=choice.cost, at=now()
    )
    later = {"donor": new.excluded.donor, "cost": new.excluded.cost, "at": new.excluded.at}
    await session.execute(new.on_conflict_do_update(index_elements=["tenant_id", "hash"], set_=later))


async def undo(session: Session, key: UUID, why: str) -> BankLine:
    """Let a line wait again: what was booked because of it is reversed, a gift taken back with its receipt; what was in
    the books before stays. Undone twice, it was undone once. Raises NotFound."""
    row = await line_of(session, key, lock=True)
    if row.state == "waiting":
        return row
    if row.state == "gift" and row.subject:
        await offline.take_back(session, await offline.latest(session, row.subject), why)
    elif row.entry:
        await reverse(session, row.entry, ref=f"bank:{row.id}:{row.turn}:back", at=now())
    row.state, row.subject, row.entry, row.by, row.decided_at = "waiting", None, None, None, None
    row.turn += 1
    session.add(row)
    await session.flush()
    return row

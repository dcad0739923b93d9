"""What a line of a statement seems to be: asked of what is in the books, what was entered by hand, who paid before."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import exists
from sqlmodel import col, select

from billing.bankfeed.lines import Told
from billing.bankfeed.models import BankLine, BankPayer
from billing.campaigns.models import Campaign
from billing.ledger.models import LedgerEntry, LedgerPosting
from billing.matching.pools import owed
from billing.offline.donors import name_and_email
from billing.offline.models import OfflineGift
from infra.database import Session
from tenants.directory.models import Tenant

NEAR = timedelta(days=5)
"""So far apart may a bank's day and ours be."""
WIDE = timedelta(days=45)
"""So far apart they may be for a cost, which is entered by hand "once a month or whenever a bill comes": it is offered
on the page of a line, not proposed, for last month's rent is of the same amount."""
BY_HAND = frozenset({"cost", "cost.paid"})
BY_ITSELF = frozenset({"arrival", "arrival.reversed", "plan.paid", "pool.payment", "pool.payback", "topup"})
"""Kinds of entries that move money at the bank before its statement is read; of what was entered among the costs one
can't be sure, for another payment may well be of the same amount."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a line is taken for: `what` is a state of a line, "" where nothing speaks for anything. `sure`: it may be
    confirmed together with others. `subject` is a gift that was entered by hand, an entry of the books or a pool;
    `name` whom it is from."""

    what: str = ""
    sure: bool = False
    subject: UUID | None = None
    donor: UUID | None = None
    name: str = ""
    cost: str = ""
    campaign: UUID | None = None
    kind: str = ""
    """What the books call the entry that it seems to be."""
    awaits: bool = False
    """It looks like a payout of which the processor hasn't said yet that it has arrived."""

    @property
    def named(self) -> str:
        """What the page says of it when it is confirmed, so that nothing else is booked than was shown."""
        return f"{self.what}:{self.subject or self.donor or self.cost}"


async def candidates(
    session: Session, tenant: Tenant, row: BankLine
) -> tuple[list[tuple[UUID, date, str]], list[tuple[UUID, date, str]]]:
    """What in the books a line could be, with its day and kind: gifts that were entered by hand; payouts that arrived,
    and whatever else was paid."""
    by_hand, found = await _entered(session, [row]), await _booked(session, tenant, [row], WIDE)
    booked = [each for each in found if each[-1] in BY_HAND or abs(each[1] - row.day) <= NEAR]
    booked.sort(key=lambda each: abs(each[1] - row.day))
    fits = [
        [(key, day, kind) for key, day, *money, kind in each if money == [row.minor, row.currency]]
        for each in (by_hand, booked)
    ]
    return fits[0], fits[1]


async def propose(session: Session, tenant: Tenant, lines: Sequence[tuple[BankLine, Told]]) -> dict[UUID, Proposal]:
    """Line → what it seems to be; nothing is claimed by two of them."""
    if not lines:
        return {}
    rows = [row for row, _told in lines]
    by_hand, booked = await _entered(session, rows), await _booked(session, tenant, rows)
    payers = await _payers(session, rows)
    pools = [(pool.id, money) for pool, money in await owed(session)]
    campaigns = await _campaigns(session)
    taken: set[UUID] = set()
    made = {}
    for row, told in sorted(lines, key=lambda pair: (pair[0].day, pair[0].id)):
        found = _known(row, "known", by_hand, taken) or _known(row, "payout", booked, taken)
        if found is None:
            found = next((Proposal("pool", subject=key) for key, money in pools if _is(row, money)), None)
        if found is None:
            found = await _habit(session, row, told, payers.get(bytes(row.payer or b"")), campaigns)
        if found.sure and row.doubt:
            found = replace(found, sure=False)
        if found.subject:
            taken.add(found.subject)
        made[row.id] = found
    return made


def _is(row: BankLine, money: object) -> bool:
    return (row.minor, row.currency) == (getattr(money, "minor", None), getattr(money, "currency", None))


Candidate = tuple[UUID, date, int, str, str]
"""What may be the same: its id, its day, its amount in minor units, its currency, its kind."""


def _known(row: BankLine, what: str, candidates: Iterable[Candidate], taken: set[UUID]) -> Proposal | None:
    """The nearest in time of those with this amount; sure where no other could be it."""
    near = [
        (abs(day - row.day), key, kind)
        for key, day, minor, currency, kind in candidates
        if (minor, currency) == (row.minor, row.currency) and abs(day - row.day) <= NEAR and key not in taken
    ]
    if not near:
        return None
    _apart, key, kind = min(near)
    return Proposal(what, len(near) == 1 and kind not in BY_HAND, key, kind=kind)


def _stretch(rows: Sequence[BankLine], near: timedelta = NEAR) -> tuple[date, date]:
    return min(row.day for row in rows) - near, max(row.day for row in rows) + near


async def _entered(session: Session, rows: Sequence[BankLine]) -> list[Candidate]:
    """Gifts by bank transfer that were entered by hand and that no line is yet."""
    since, until = _stretch(rows)
    linked = exists().where(col(BankLine.subject) == col(OfflineGift.id))
    columns = (col(OfflineGift.id), col(OfflineGift.given_on), col(OfflineGift.minor), col(OfflineGift.currency))
    found = select(*columns).where(
        OfflineGift.kind == "bank",
        col(OfflineGift.entry).is_not(None),
        col(OfflineGift.minor).in_({row.minor for row in rows}),
        col(OfflineGift.given_on).between(since, until),
        ~linked,
    )
    return [(key, day, minor, code, "gift.bank") for key, day, minor, code in await session.exec(found)]


async def _booked(
    session: Session, tenant: Tenant, rows: Sequence[BankLine], near: timedelta = NEAR
) -> list[Candidate]:
    """Payouts of the processor, paid plans, sponsors' payments and costs that the books have in the bank already and
    that no line is yet: booked from the statement as well, they would be there twice."""
    zone = ZoneInfo(tenant.zone)
    since, until = (datetime.combine(day, time(), zone) for day in _stretch(rows, near))
    linked = exists().where(col(BankLine.subject) == col(LedgerEntry.id))
    back = LedgerEntry.__table__.alias("back")  # type: ignore[attr-defined]  # every table has it
    found = (
        select(LedgerEntry, LedgerPosting.minor, LedgerPosting.currency)
        .join(LedgerPosting, col(LedgerPosting.entry_id) == col(LedgerEntry.id))
        .where(
            LedgerPosting.account == "bank",
            col(LedgerPosting.currency).in_({row.currency for row in rows}),
            col(LedgerPosting.minor).in_({row.minor for row in rows}),
            col(LedgerPosting.at).between(since, until),
            ~linked,
            ~exists().where(back.c.reverses == col(LedgerEntry.id)),
        )
    )
    return [
        (entry.id, entry.at.astimezone(zone).date(), minor, code, entry.kind)
        for entry, minor, code in await session.exec(found)
        if entry.kind in BY_ITSELF | BY_HAND  # asked here, so that the search begins with the few of these amounts
    ]


async def _payers(session: Session, rows: Sequence[BankLine]) -> dict[bytes, BankPayer]:
    hashes = {row.payer for row in rows if row.payer}
    found = await session.exec(select(BankPayer).where(col(BankPayer.hash).in_(hashes)))
    return {bytes(payer.hash): payer for payer in found}


async def _campaigns(session: Session) -> list[tuple[UUID, set[str]]]:
    """The campaigns that take gifts, with what they are called."""
    rows = await session.exec(select(Campaign).where(Campaign.state == "open"))
    return [(row.id, {title.casefold() for title in row.title.values() if len(title) > 3}) for row in rows]


async def _habit(
    session: Session,
    row: BankLine,
    told: Told,
    payer: BankPayer | None,
    campaigns: Sequence[tuple[UUID, set[str]]],
) -> Proposal:
    """As the same payer's last line was; else a gift, where something came from somebody and not from the processor."""
    if row.minor < 0:
        known = payer.cost if payer else ""
        return Proposal("cost", bool(known and told.number), cost=known)
    said = f"{told.payer} {told.reference}".casefold()
    if "stripe" in said and not (payer and payer.donor):
        return Proposal(awaits=True)
    meant = next((key for key, titles in campaigns if any(title in said for title in titles)), None)
    if payer is not None and payer.donor is not None:
        name, _email = await name_and_email(session, payer.donor)
        return Proposal("gift", bool(told.number), donor=payer.donor, name=name or told.payer, campaign=meant)
    return Proposal("gift", name=told.payer, campaign=meant)

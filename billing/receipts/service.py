"""Issues receipts, and ends or replaces them. Numbers are taken under a lock and none is ever taken twice."""

import hashlib
import secrets
import unicodedata
from datetime import date
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select

from billing.money import Money
from billing.printing.fonts import composed, unprintable
from billing.receipts.facts import Facts, facts_of
from billing.receipts.models import Receipt, ReceiptSeries
from infra.clock import now
from infra.database import Session
from infra.errors import Conflict, Invalid, NotFound, _
from infra.ids import new_id
from infra.jobs import enqueue
from infra.scope import current_tenant
from infra.settings import settings
from infra.vault import fingerprint
from tenants.directory.service import tenant_by_id

LONGEST_NAME = 200
OFF_LINE = frozenset({"bank", "cash", "in_kind"})
"""Ways to give that are real also where the payment processor is a simulated one."""


async def issue(
    session: Session,
    *,
    gift: UUID,
    money: Money,
    name: str | None,
    email: str | None,
    given_on: date,
    method: str,
    purpose: str,
    language: str,
    series: str = "G",
) -> Receipt:
    """Issue the receipt of a gift, in the caller's transaction, and owe its printing and its letter.

    Asked again for the same gift, it is the receipt that there is: the newest, be it void. `method` is "card",
    "alipay", "wechat_pay", "bank", "cash", "in_kind" or any other word; `purpose` says what was given for, in
    `language` (BCP 47). A series' counter stays locked until the transaction ends: issue late in it.
    Raises ValueError for an amount of nought or less.
    """
    if money.minor <= 0:
        raise ValueError("a receipt is for an amount above nought")
    if held := await receipt_of_gift(session, gift):
        return held
    counter = await _counter(session, series)
    if held := await receipt_of_gift(session, gift):  # whoever held the counter before us
        return held
    tenant = await tenant_by_id(session, current_tenant())
    facts = Facts(
        name=plain(name),
        email=(email or "").strip() or None,
        method=method,
        purpose=purpose,
        hotline=tenant.name,
        organisation=tenant.organisation,
        country=tenant.country,
        token=secrets.token_urlsafe(24),
        simulated=settings().stripe == "simulated" and method not in OFF_LINE,
    )
    return await _write(session, counter, facts, gift=gift, money=money, given_on=given_on, language=language)


async def receipt_of_gift(session: Session, gift: UUID) -> Receipt | None:
    """A gift's receipt as it stands: the newest of those that replaced one another. None before it has one."""
    return (await session.exec(select(Receipt).where(Receipt.gift == gift, Receipt.state != "replaced"))).first()


async def chain(session: Session, row: Receipt) -> tuple[Receipt | None, Receipt | None]:
    """The receipt that this one replaces, and the one that replaced it."""
    before = await receipt(session, row.replaces) if row.replaces else None
    after = (await session.exec(select(Receipt).where(Receipt.replaces == row.id))).first()
    return before, after


async def receipt(session: Session, key: UUID, *, lock: bool = False) -> Receipt:
    """One receipt. Raises NotFound, also for another hotline's."""
    found = select(Receipt).where(Receipt.id == key)
    row = (
        await session.exec(found.with_for_update().execution_options(populate_existing=True) if lock else found)
    ).one_or_none()
    if row is None:
        raise NotFound
    return row


async def receipt_by_token(session: Session, token: str) -> Receipt:
    """The receipt to which a donor's link leads. Raises NotFound."""
    found = select(Receipt).where(Receipt.token_hash == hashlib.sha256(token.encode()).digest())
    row = (await session.exec(found)).one_or_none()
    if row is None:
        raise NotFound
    return row


async def void(session: Session, key: UUID, reason: str, *, follows: bool = False) -> Receipt:
    """End a receipt: its number stays taken and it counts for nothing. Voiding a void one changes nothing. `follows`:
    because of its payment.

    Raises NotFound, Invalid without a reason, Conflict for one that was replaced: the replacement is to be voided.
    """
    row = await receipt(session, key, lock=True)
    if row.state == "replaced":
        raise Conflict(_("This receipt was replaced by another one, which is the one to be made void."))
    if row.state == "issued":
        await _end(session, row, "void", reason, follows=follows)
        await owe(session, row, "void")
    return row


async def replace(
    session: Session,
    key: UUID,
    reason: str,
    *,
    money: Money | None = None,
    name: str | None = None,
    purpose: str | None = None,
    follows: bool = False,
) -> Receipt:
    """Issue another receipt, under the next number, in the place of this one (also of a void one), with the amount,
    name or purpose that is right; "" for a name takes it off. `follows`: because of its payment. Raises NotFound,
    Invalid, Conflict if it was replaced.
    """
    counter = await _counter(session, (await receipt(session, key)).series)
    old = await receipt(session, key, lock=True)
    if old.state == "replaced":
        raise Conflict(_("This receipt has been replaced already. Nothing was changed."))
    before = await facts_of(session, old.sealed)
    facts = before.but(
        name=before.name if name is None else plain(name),
        purpose=before.purpose if purpose is None else purpose.strip(),
        token=secrets.token_urlsafe(24),
        reason="",
        follows=follows,
    )
    worth = money or Money(old.minor, old.currency)
    if worth.minor <= 0:
        raise Invalid(_("A receipt is for an amount above nought. To take one back, make it void."), field="amount")
    await _end(session, old, "replaced", reason)
    await owe(session, old)
    return await _write(
        session, counter, facts, gift=old.gift, money=worth, given_on=old.given_on, language=old.language, old=old
    )


async def keep_official_number(session: Session, key: UUID, number: str) -> Receipt:
    """Keep the number of the receipt that the law asks for, beside ours. "" takes it off again."""
    row = await receipt(session, key, lock=True)
    row.official_number = " ".join(number.split())
    session.add(row)
    await owe(session, row)
    return row


async def write_to(session: Session, gifts: list[UUID], email: str) -> None:
    """Let letters about the receipts of these gifts go to this address from now on, "" for nowhere. What they are
    found by stays."""
    for row in await session.exec(select(Receipt).where(col(Receipt.gift).in_(gifts))):
        row.sealed = await (await facts_of(session, row.sealed)).but(email=email or None).sealed(session)
        session.add(row)
    await session.flush()


def plain(name: str | None) -> str | None:
    """A name on one line, letters and accents composed, without control signs; None where nothing is left."""
    said = "".join(sign for sign in composed(" ".join((name or "").split())) if not _controls(sign))
    return said[:LONGEST_NAME].strip() or None


def _controls(sign: str) -> bool:
    """Whether it steers rather than stands for itself: left to right, line ends; joiners belong to letters."""
    return unicodedata.category(sign) in {"Cc", "Cf", "Cs"} and sign not in "\u200c\u200d"


async def donor_hash(session: Session, email: str | None) -> bytes | None:
    """By what a donor's receipts are found: their e-mail's fingerprint. None for those who left none."""
    return await fingerprint(session, "receipt", email.strip().casefold()) if email else None


async def _counter(session: Session, series: str) -> ReceiptSeries:
    """The series' counter, locked until this transaction ends; made on its first use."""
    made = {"id": new_id(), "tenant_id": current_tenant(), "series": series, "next": 1}
    await session.execute(insert(ReceiptSeries).values(made).on_conflict_do_nothing())
    found = select(ReceiptSeries).where(ReceiptSeries.series == series).with_for_update()
    return (await session.exec(found.execution_options(populate_existing=True))).one()


async def _write(
    session: Session,
    counter: ReceiptSeries,
    facts: Facts,
    *,
    gift: UUID,
    money: Money,
    given_on: date,
    language: str,
    old: Receipt | None = None,
) -> Receipt:
    row = Receipt(
        series=counter.series, number=counter.next, gift=gift, currency=money.currency, minor=money.minor,
        given_on=given_on, language=language, sealed=await facts.sealed(session), replaces=old.id if old else None,
        token_hash=hashlib.sha256(facts.token.encode()).digest(), donor_hash=await donor_hash(session, facts.email),
        unprintable=bool(unprintable(facts.printed())),
    )  # fmt: skip
    counter.next += 1
    session.add_all([counter, row])
    await session.flush()
    await owe(session, row, "issued")
    return row


async def _end(session: Session, row: Receipt, state: str, reason: str, *, follows: bool = False) -> None:
    if not (reason := " ".join(reason.split())):
        raise Invalid(_("Say why, for whoever looks at the books later."), field="reason")
    facts = await facts_of(session, row.sealed)
    row.state, row.ended_at, row.sealed = state, now(), await facts.but(reason=reason, follows=follows).sealed(session)
    session.add(row)
    await session.flush()


async def owe(session: Session, row: Receipt, letter: str = "") -> None:
    """Owe the printing of a receipt as it stands, and a letter to its donor: "issued", "void" or none."""
    key = f"receipts.print:{row.id}:{letter}"
    await enqueue(session, "receipts.print", {"receipt": str(row.id), "letter": letter}, key=key)

"""Gifts as a table: a line each, every currency in its own."""

from collections.abc import Sequence
from functools import partial
from uuid import UUID
from zoneinfo import ZoneInfo

from fastapi.responses import Response
from sqlmodel import col, select

from billing.fundraising.gifts.listing import Listed, Sought, listed
from billing.fundraising.sheet import Cursor, amount, cell, streamed
from billing.money import Money
from billing.receipts.models import Receipt
from infra.database import Session

PAGE = 100
HEAD = (
    "given_on", "at", "state", "amount", "fee_covered", "total", "given_back", "disputed", "currency", "method",
    "country", "campaign", "monthly", "name", "email", "shows_name", "in_honour_of", "message", "language", "receipt",
    "gift", "donor",
)  # fmt: skip


def export(slug: str, sought: Sought, zone: str, campaigns: dict[UUID, str]) -> Response:
    """All gifts that are looked for, as CSV; `campaigns` is what they are called."""
    return streamed(f"{slug}-gifts", HEAD, partial(_page, sought, zone, campaigns))


async def _page(
    sought: Sought, zone: str, campaigns: dict[UUID, str], session: Session, after: Cursor | None
) -> tuple[list[Sequence[str]], Cursor | None]:
    found, further = await listed(session, sought, zone, after, PAGE)
    receipts = select(Receipt).where(col(Receipt.gift).in_([each.gift.id for each in found]), Receipt.state == "issued")
    numbers = {row.gift: row.label for row in await session.exec(receipts)}
    lines = [_line(each, zone, campaigns, numbers.get(each.gift.id, "")) for each in found]
    return lines, further


def _line(each: Listed, zone: str, campaigns: dict[UUID, str], receipt: str) -> Sequence[str]:
    gift, words = each.gift, each.words
    at = gift.paid_at or gift.started_at
    return [
        at.astimezone(ZoneInfo(zone)).date().isoformat(), at.isoformat(), gift.state,
        amount(Money(gift.amount_minor, gift.currency)), amount(Money(gift.cover_minor, gift.currency)),
        amount(each.total), amount(each.refunded), amount(each.disputed), gift.currency, cell(gift.method),
        gift.country, cell(campaigns.get(gift.campaign, "") if gift.campaign else ""), "yes" if gift.monthly else "no",
        cell(words.name), cell(words.email), "no" if gift.anonymous else "yes", cell(words.honour),
        cell(words.message), gift.language, receipt, str(gift.id), str(gift.donor or ""),
    ]  # fmt: skip

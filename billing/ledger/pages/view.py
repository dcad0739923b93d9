"""What the pages of the books are drawn from."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from babel.dates import format_skeleton
from sqlmodel import col, select

from billing.campaigns.models import Campaign
from billing.ledger.balances import Cursor, Statement, TrialLine
from billing.ledger.chart import account
from billing.ledger.pages.words import TITLES, account_words, kind_words, locale, said
from infra.database import Session
from infra.errors import Invalid
from infra.web import gettext, language
from tenants.texts import say


def trial_groups(lines: Sequence[TrialLine]) -> list[dict[str, Any]]:
    """Per currency: groups of accounts of one kind with their lines, and the sums of both sides."""
    made = []
    for currency, of_currency in groupby(lines, key=lambda line: line.currency):
        rows = list(of_currency)
        groups = [
            {"title": gettext(TITLES[kind]), "lines": [_trial_line(line) for line in group]}
            for kind, group in groupby(rows, key=lambda line: account(line.account).kind)
        ]
        debit, credit = sum(line.debit for line in rows), sum(line.credit for line in rows)
        made.append(
            {
                "currency": currency,
                "groups": groups,
                "debit": said(debit, currency),
                "credit": said(credit, currency),
                "even": debit == credit,
            }
        )
    return made


def _trial_line(line: TrialLine) -> dict[str, str]:
    return {
        "account": line.account,
        "currency": line.currency,
        "words": account_words(line.account),
        "debit": said(line.debit, line.currency) if line.debit or not line.minor else "",
        "credit": said(line.credit, line.currency) if line.credit else "",
    }


def statement_lines(found: Statement) -> dict[str, Any]:
    """A statement as its page shows it."""
    return {
        "opening": said(found.opening, found.currency),
        "closing": said(found.closing, found.currency),
        "lines": [
            {
                "entry": line.entry,
                "at": line.at,
                "words": kind_words(line.kind),
                "note": line.note,
                "debit": said(line.minor, found.currency) if line.minor > 0 else "",
                "credit": said(-line.minor, found.currency) if line.minor < 0 else "",
                "balance": said(line.balance, found.currency),
            }
            for line in found.lines
        ],
        "after": f"{found.after[0].isoformat()}~{found.after[1]}" if found.after else "",
    }


def cursor_of(text: str) -> Cursor | None:
    """The cursor in an address; None when there is none or it is no cursor."""
    at, _sign, key = text.partition("~")
    try:
        moment, posting = datetime.fromisoformat(at), UUID(key)
    except ValueError:
        return None
    return (moment, posting) if moment.tzinfo else None


def month_of(text: str, zone: str, today: datetime) -> date:
    """The first day of the month that an address names ("2026-03"), else of the present one in the hotline's zone."""
    try:
        return date.fromisoformat(f"{text}-01") if text else today.astimezone(ZoneInfo(zone)).date().replace(day=1)
    except ValueError as error:
        raise Invalid("That is no month.") from error


def bounds(month: date, zone: str) -> tuple[datetime, datetime]:
    """When a month begins and when the next one does, in a zone."""
    following = (month + timedelta(days=31)).replace(day=1)
    begin, end = (datetime(day.year, day.month, 1, tzinfo=ZoneInfo(zone)) for day in (month, following))
    return begin, end


def month_words(month: date) -> str:
    """ "March 2026"."""
    return format_skeleton("yMMMM", month, locale=locale())


async def campaign_names(session: Session, first_language: str, keys: set[UUID]) -> dict[UUID, str]:
    """What these campaigns are called, in the reader's language; those that are gone have no name."""
    rows = await session.exec(select(Campaign).where(col(Campaign.id).in_(keys)))
    return {row.id: say(row.title, language(), first_language) for row in rows}

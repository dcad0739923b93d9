"""What stands on a receipt and on a year's statement, in the language that is spoken just now."""

from datetime import date, datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

from babel.dates import format_date

from billing.money import Money, shown
from billing.printing.fonts import printable, unprintable
from billing.receipts.facts import Facts
from billing.receipts.models import Receipt
from billing.receipts.paper.official import official
from infra.web import gettext as _
from infra.web import language
from infra.web.i18n import ngettext


def method_words(method: str) -> str:
    """How a gift came, in words; a word of another kind stands for itself."""
    known = {
        "card": _("By card"),
        "alipay": _("By Alipay"),
        "wechat_pay": _("By WeChat Pay"),
        "bank": _("By bank transfer"),
        "cash": _("In cash"),
        "in_kind": _("In kind"),
    }
    return known.get(method, method)


def day(on: date) -> str:
    """A day, written out."""
    return _day(on, "long")


def _day(on: date, style: Literal["long", "medium"]) -> str:
    return format_date(on, style, locale="en_GB" if language() == "en" else language().replace("-", "_"))


def day_of(at: datetime, zone: str) -> str:
    """The day that a moment falls on in `zone` (IANA), written out."""
    return day(at.astimezone(ZoneInfo(zone)).date())


def receipt_words(
    row: Receipt, facts: Facts, link: str, *, zone: str, before: str = "", after: str = ""
) -> dict[str, Any]:
    """What the layout of a receipt is given. `before` and `after` are the labels of those it replaces and that
    replaced it; `link` leads to the receipt as it stands; `zone` is the hotline's."""
    law = official(facts.country)
    lines = [
        (_("Received by"), facts.organisation),
        (_("For the hotline"), facts.hotline if facts.hotline != facts.organisation else ""),
        (_("Given by"), facts.name or _("Somebody who gave no name")),
        (_("Given on"), day(row.given_on)),
        (_("How"), method_words(facts.method)),
        (_("For"), facts.purpose),
        (_("Instead of"), before),
        (law.number_in(language()) or _("Number of the official receipt"), row.official_number),
    ]
    return {
        "language": language(),
        "title": f"{_('Receipt')} {row.label}",
        "author": printable(facts.organisation),
        "heading": _("Receipt for a gift"),
        "label": _("Number %(number)s, issued on %(day)s", number=row.label, day=day_of(row.issued_at, zone)),
        "organisation": printable(facts.organisation),
        "banner": [printable(said) for said in _banners(row, facts, zone, after)],
        "amount": shown(Money(row.minor, row.currency), language()),
        "facts": [(word, printable(said)) for word, said in lines if said],
        "notes": [_("Thank you."), *_unprinted(facts.printed())],
        "law": law.note_in(language()),
        "check": _("Whether this receipt still stands:"),
        "link": link,
        "void": row.state != "issued",
        "page": _("Page"),
    }


def _banners(row: Receipt, facts: Facts, zone: str, after: str) -> list[str]:
    said = []
    if facts.simulated:
        said.append(_("Simulated: this installation moves no real money, and this receipt is worth nothing."))
    ended = day_of(row.ended_at, zone) if row.ended_at else ""
    if row.state == "void":
        said.append(_("Void since %(day)s: %(reason)s", day=ended, reason=facts.reason))
    if row.state == "replaced":
        said.append(_("Replaced by %(number)s on %(day)s: %(reason)s", number=after, day=ended, reason=facts.reason))
    return said


def _unprinted(text: str) -> list[str]:
    lost = unprintable(text)
    if not lost:
        return []
    said = ngettext(
        "One sign of what was written can't be printed here and stands as its number (U+…). It is kept as it was "
        "written.",
        "%(num)d signs of what was written can't be printed here and stand as their numbers (U+…). They are kept as "
        "they were written.",
        len(lost),
    )
    return [said]


def year_words(year: int, entries: list[tuple[Receipt, Facts]], link: str) -> dict[str, Any]:
    """What the layout of a year's statement is given: one donor's receipts that stand, oldest first (at least one)."""
    newest = entries[-1][1]
    sums: dict[str, int] = {}
    for row, _facts in entries:
        sums[row.currency] = sums.get(row.currency, 0) + row.minor
    name = next((facts.name for _row, facts in reversed(entries) if facts.name), None)
    everything = "".join([name or "", *(facts.purpose for _row, facts in entries)])
    simulated = any(facts.simulated for _row, facts in entries)
    return {
        "language": language(),
        "title": _("Gifts in %(year)s", year=year),
        "author": printable(newest.organisation),
        "heading": _("Gifts in %(year)s", year=year),
        "organisation": printable(newest.organisation),
        "label": printable(_("Given by %(name)s", name=name)) if name else "",
        "banner": [_("Simulated: this installation moves no real money, and this statement is worth nothing.")]
        if simulated
        else [],
        "columns": [_("Day"), _("Receipt"), _("For"), _("Amount")],
        "rows": [
            [
                _day(row.given_on, "medium"),
                row.label,
                printable(facts.purpose),
                shown(Money(row.minor, row.currency), language()),
            ]
            for row, facts in entries
        ],
        "sum": _("Together"),
        "sums": [shown(Money(minor, currency), language()) for currency, minor in sorted(sums.items())],
        "notes": [_("Thank you."), *_unprinted(everything)],
        "law": official(newest.country).note_in(language()),
        "check": _("This statement as it stands:"),
        "link": link,
        "page": _("Page"),
    }

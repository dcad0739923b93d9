"""What invoices and plans say to people: lines, months, amounts of what was used."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from babel.dates import format_date, format_skeleton

from billing.plans.catalogue import plan
from billing.plans.invoices.reckoning import line_of
from infra.errors import _ as mark
from infra.web import gettext as _
from infra.web import language
from tenants.texts import say

KINDS = {
    "volunteers": mark("Volunteers"),
    "minutes": mark("Telephone minutes"),
    "messages": mark("Letters and texts"),
    "numbers": mark("Telephone numbers"),
    "storage": mark("Gigabytes kept"),
}
"""What is included in plans, in the order in which it is shown."""


def _locale() -> str:
    return "en_GB" if language() == "en" else language().replace("-", "_")


def month_words(month: date) -> str:
    """A month as people write it: November 2026."""
    return str(format_skeleton("yMMMM", month, locale=_locale()))


def day_words(day: date | None) -> str:
    """A day as people write it, "" for none."""
    return str(format_date(day, "long", locale=_locale())) if day else ""


def words_of(kept: Mapping[str, Any]) -> str:
    """What a line of an invoice says."""
    line = line_of(kept)
    said = {"units": line.units, "month": month_words(line.month), "plan": say(plan(line.plan).name, language())}
    if line.kind == "plan":
        return _("%(plan)s plan, %(month)s", **said)
    if line.kind == "minutes":
        return _("%(units)s telephone minutes beyond the plan, %(month)s", **said)
    if line.kind == "messages":
        return _("%(units)s letters and texts beyond the plan, %(month)s", **said)
    if line.kind == "numbers":
        return _("%(units)s telephone numbers beyond the plan, %(month)s", **said)
    return _("%(units)s gigabytes beyond the plan, %(month)s", **said)

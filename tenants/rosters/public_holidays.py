"""The public holidays of a country, for calendars that close on them."""

from datetime import date
from itertools import groupby

import holidays

from tenants.rosters.hours import Holiday

NAMES = {"en": ("en_US", "en_GB", "en"), "zh-Hans": ("zh_CN",)}
"""Our languages as the `holidays` package calls them."""


def public_holidays(country: str, years: range) -> list[Holiday]:
    """Each date once, in the languages it is known in; none for a country (ISO 3166 alpha-2) that isn't known."""
    if country not in holidays.list_supported_countries():
        return []
    known = holidays.country_holidays(country).supported_languages or ()
    spoken = {ours: tag for ours, tags in NAMES.items() for tag in tags[::-1] if tag in known}
    if not spoken:
        return [Holiday(date=day, name={"en": name}) for day, name in _days(country, years, None)]
    found = sorted((day, ours, name) for ours, tag in spoken.items() for day, name in _days(country, years, tag))
    return [
        Holiday(date=day, name={ours: name for _, ours, name in names})
        for day, names in groupby(found, key=lambda item: item[0])
    ]


def _days(country: str, years: range, language: str | None) -> list[tuple[date, str]]:
    return sorted(holidays.country_holidays(country, years=years, language=language).items())

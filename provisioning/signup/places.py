"""Countries and time zones as a visitor calls them."""

import zoneinfo
from collections import defaultdict
from functools import cache

from babel import Locale
from babel.core import get_global
from babel.dates import get_timezone_location
from slugify import slugify

MAIN_ZONES = {
    "AU": "Australia/Sydney",
    "BR": "America/Sao_Paulo",
    "CA": "America/Toronto",
    "CL": "America/Santiago",
    "CN": "Asia/Shanghai",
    "CY": "Asia/Nicosia",
    "DE": "Europe/Berlin",
    "EC": "America/Guayaquil",
    "ES": "Europe/Madrid",
    "GL": "America/Nuuk",
    "ID": "Asia/Jakarta",
    "KZ": "Asia/Almaty",
    "MN": "Asia/Ulaanbaatar",
    "MX": "America/Mexico_City",
    "MY": "Asia/Kuala_Lumpur",
    "NZ": "Pacific/Auckland",
    "PT": "Europe/Lisbon",
    "RU": "Europe/Moscow",
    "UA": "Europe/Kyiv",
    "US": "America/New_York",
    "UZ": "Asia/Tashkent",
}
"""Where most people live, in countries of more than one zone or of none that bears their name."""
NO_COUNTRY = {"AC", "BV", "CP", "CQ", "DG", "EA", "EU", "EZ", "HM", "IC", "QO", "TA", "UM", "UN", "XA", "XB", "ZZ"}
"""Unions, private codes, exceptional reservations and uninhabited islands."""


@cache
def countries(language: str) -> dict[str, str]:
    """ISO 3166 code → name, sorted as the language sounds."""
    named = Locale.parse(language, sep="-").territories
    found = {code: name for code, name in named.items() if len(code) == 2 and code.isalpha() and code not in NO_COUNTRY}
    return dict(sorted(found.items(), key=lambda item: slugify(item[1])))


@cache
def _zones_by_country() -> dict[str, list[str]]:
    known = zoneinfo.available_timezones()
    found = defaultdict(list)
    for zone, country in sorted(get_global("zone_territories").items()):
        if zone in known:
            found[country].append(zone)
    return dict(found)


def is_zone(zone: str) -> bool:
    """Whether an IANA zone of this name exists."""
    return zone in zoneinfo.available_timezones()


def main_zone(country: str) -> str:
    """The zone that most people of a country live by; "" when the country isn't known."""
    return MAIN_ZONES.get(country) or next(iter(_zones_by_country().get(country, [])), "")


@cache
def zones(language: str, country: str) -> dict[str, str]:
    """IANA zone → its city's name; the country's own come first, then the rest of the world."""
    own = _zones_by_country().get(country, [])
    first = sorted(own, key=lambda zone: (zone != main_zone(country), _city(zone, language)))
    rest = [zone for zones in _zones_by_country().values() for zone in zones if zone not in own]
    found = {zone: _city(zone, language) for zone in first}
    return found | dict(sorted(((zone, _city(zone, language)) for zone in rest), key=lambda item: slugify(item[1])))


@cache
def _city(zone: str, language: str) -> str:
    return str(get_timezone_location(zone, locale=language.replace("-", "_"), return_city=True))


def likely_country(accept: str) -> str:
    """The country that a browser's languages speak of ("zh-CN", "en-GB"), or ""."""
    for part in accept.split(","):
        _, _, region = part.split(";")[0].strip().replace("_", "-").rpartition("-")
        if len(region) == 2 and region.upper() in countries("en"):
            return region.upper()
    return ""

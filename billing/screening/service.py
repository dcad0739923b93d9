"""Whether a gift may go on to the processor. Every refusal reads the same, so that it teaches nothing to whoever tries.

Whoever tests stolen cards needs thousands of tries; a donor needs one. So tries are counted by the browser's address,
by its cookie, by the e-mail that was given and by the hotline, over an hour and a day; and when many cards of one
country have failed, the whole hotline is under strain for an hour: few gifts at a time, and dearer tickets.
"""

import logging
from dataclasses import dataclass
from uuid import UUID

from redis.exceptions import RedisError
from starlette.requests import HTTPConnection

from billing.screening import tickets
from infra.clock import now
from infra.errors import HarkError, TooMany
from infra.realtime import hub
from infra.web import limit
from infra.web.limits import address_of

log = logging.getLogger(__name__)

BY_ADDRESS = ("40/hour", "150/day")
"""Generous: an evening's guests give by one wireless network."""
BY_DEVICE = ("8/hour",)
BY_EMAIL = ("6/hour", "12/day")
UNPROVEN_BY_ADDRESS = ("3/hour",)
UNPROVEN = ("40/hour",)
"""A hotline's gifts from browsers without scripts."""
STRAINED = ("20/hour",)
"""All of a hotline's, while it is under strain."""

COUNTRY_FAILS = 8
"""So many failed cards of one country within an hour put a hotline under strain; of all countries, three times that."""
CARDS_FOR_A_GIFT = 6
STRAIN_SECONDS = 3600


class Refused(HarkError):
    """Not now. Which of the reasons it was stands nowhere, not even in the log."""

    status = 429
    code = "not_now"

    def __init__(self) -> None:
        super().__init__("This gift can't be taken just now. Nothing was paid. Try again in an hour, or write to us.")


@dataclass(frozen=True, slots=True)
class Try:
    """Somebody pressed the button. `device` is the cookie's value, "" where there is none; so with `email`."""

    ticket: str
    proof: str
    email: str
    device: str


@dataclass(frozen=True, slots=True)
class Passed:
    """`key`: the ticket's own, by which a second press is known. `early`: ask again in a moment, for the browser hasn't
    reckoned and the page is too young."""

    key: str
    early: bool = False


async def give_out(tenant: UUID) -> str:
    """A ticket for a page of this hotline."""
    return tickets.give_out(tenant, tickets.STRAINED_BITS if await strained(tenant) else tickets.BITS)


async def knock(connection: HTTPConnection) -> None:
    """Count a press by its address, before anything is read or looked up for it. Raises Refused."""
    await _count("give:address", address_of(connection), BY_ADDRESS)


async def screen(connection: HTTPConnection, tenant: UUID, tried: Try) -> Passed:
    """Let a gift on, after its `knock`. Raises Refused."""
    address = address_of(connection)
    ticket = tickets.read(tenant, tried.ticket)
    if ticket is None:
        raise Refused
    if not tickets.proven(tried.ticket, ticket.bits, tried.proof):
        if now() - ticket.at < tickets.UNPROVEN_AFTER:
            return Passed(ticket.key, early=True)
        await _count(f"give:{tenant}:unproven:address", address, UNPROVEN_BY_ADDRESS)
        await _count(f"give:{tenant}:unproven", str(tenant), UNPROVEN)
    if tried.device:
        await _count(f"give:{tenant}:device", tried.device, BY_DEVICE)
    if tried.email:
        await _count(f"give:{tenant}:email", tried.email.lower(), BY_EMAIL)
    if await strained(tenant):
        await _count(f"give:{tenant}:strained", str(tenant), STRAINED)
    return Passed(ticket.key)


async def _count(what: str, who: str, rates: tuple[str, ...]) -> None:
    for rate in rates:
        try:
            await limit(f"{what}:{rate}", who, rate)
        except TooMany:
            raise Refused from None


def _strain(tenant: UUID) -> str:
    return f"giving:strained:{tenant}"


async def strained(tenant: UUID) -> bool:
    """Whether so many cards have failed here that somebody seems to be trying them. A lost Redis says no."""
    try:
        return bool(await hub.redis().exists(_strain(tenant)))
    except (RedisError, OSError):
        return False


async def card_failed(tenant: UUID, gift: UUID | None, country: str) -> bool:
    """A card was refused, from this country (ISO 3166, "" where the processor didn't say). True when so many were
    refused for this one gift that its page should be shut: a donor has a few cards, not many. A lost Redis says no."""
    try:
        for name, most in ((country or "?", COUNTRY_FAILS), ("all", 3 * COUNTRY_FAILS)):
            key = f"giving:failed:{tenant}:{name}"
            failed = await hub.redis().incr(key)
            if failed == 1:
                await hub.redis().expire(key, STRAIN_SECONDS)
            if failed >= most and await hub.redis().set(_strain(tenant), 1, ex=STRAIN_SECONDS, nx=True):
                log.warning("many cards fail at %s: its gifts are slowed down for an hour", tenant)
        if gift is None:
            return False
        tried = await hub.redis().incr(f"giving:cards:{gift}")
        await hub.redis().expire(f"giving:cards:{gift}", STRAIN_SECONDS * 24)
        return bool(tried >= CARDS_FOR_A_GIFT)
    except (RedisError, OSError) as error:
        log.warning("a failed card was not counted: %s", error)
        return False

"""Searches every account that sells numbers, and lets one of the answers be chosen without being made up."""

import asyncio
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel import col, select

from infra.carriers.numbers import Found, Numbers, OutOfReach, Refused, Wanted, sellers
from infra.clock import now
from infra.database import Session
from infra.errors import Conflict
from infra.vault import open_platform, seal_platform
from tenants.directory.models import Number
from tenants.problems import _

PATIENCE = 8.0
"""Seconds that a carrier has for its answer."""
FRESH = timedelta(hours=1)
"""For how long an answer may be chosen; prices and stocks change."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A number that can be had, from an account (`node`) of a carrier."""

    found: Found
    carrier: str
    node: str

    def sealed(self, tenant: UUID) -> str:
        """The choice as a page may hand it out and take it back; good for one hotline and an hour."""
        until = (now() + FRESH).isoformat()
        said = {"found": asdict(self.found), "of": [self.carrier, self.node], "for": str(tenant), "until": until}
        return urlsafe_b64encode(seal_platform(json.dumps(said).encode())).decode()


@dataclass(frozen=True, slots=True)
class Answer:
    """What was found, the cheapest first. `silent` names the carriers that didn't answer."""

    choices: list[Choice]
    silent: list[str]


def real_sellers() -> list[tuple[str, str, Numbers]]:
    """Where numbers can be had: the simulated network only while there is no real one."""
    every = sellers()
    return [each for each in every if not each[2].offers.simulated] or every


def countries_served() -> set[str] | None:
    """The countries (ISO 3166 alpha-2) where numbers can be had; None for any."""
    sides = [side for _carrier, _node, side in real_sellers()]
    if any(side.offers.any_country for side in sides):
        return None
    return {country for side in sides for country in side.offers.countries}


async def search(session: Session, wanted: Wanted) -> Answer:
    """Ask all accounts at once. Numbers that somebody here has or had are left out."""
    asked = [each for each in real_sellers() if each[2].offers.search]
    answers = await asyncio.gather(*(_ask(side, node, wanted) for _carrier, node, side in asked))
    choices = [
        Choice(found, carrier, node)
        for (carrier, node, _side), answer in zip(asked, answers, strict=True)
        for found in answer or ()
    ]
    silent = [carrier for (carrier, _node, _side), answer in zip(asked, answers, strict=True) if answer is None]
    known = set(
        await session.exec(
            select(Number.e164).where(
                col(Number.e164).in_([each.found.e164 for each in choices]), col(Number.status) != "free"
            )
        )
    )
    left = [each for each in choices if each.found.e164 not in known]
    return Answer(sorted(left, key=lambda each: (each.found.monthly, each.found.e164))[: wanted.most], silent)


async def _ask(side: Numbers, node: str, wanted: Wanted) -> list[Found] | None:
    """None when there was no answer; a carrier that has nothing of the kind has simply nothing."""
    try:
        return await asyncio.wait_for(side.search(node, wanted), PATIENCE)
    except Refused:
        return []
    except (OutOfReach, TimeoutError):
        return None


def chosen(sealed: str, tenant: UUID) -> Choice:
    """The choice that a page gave back. Raises Conflict when it is too old or not this hotline's."""
    try:
        said = json.loads(open_platform(urlsafe_b64decode(sealed.encode())))
    except ValueError:
        said = None
    if said is None or said["for"] != str(tenant) or datetime.fromisoformat(said["until"]) < now():
        raise Conflict(_("This search is too old to choose from. Search again: prices and numbers change."))
    found = said["found"]
    capabilities, needs = tuple(found.pop("capabilities")), tuple(found.pop("needs"))
    return Choice(Found(**found, capabilities=capabilities, needs=needs), *said["of"])

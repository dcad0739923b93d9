"""Every branch of every kit, by telephone: what is said is heard to its end, there is time to choose, and it ends."""

import secrets
from datetime import UTC, datetime, timedelta

import pytest

from hark.public.page import calendars
from hark.switchboard.offering import duty
from infra import clock
from infra.database import unit_of_work
from infra.ids import new_id
from infra.scope import no_scope, tenant_scope
from provisioning.kits.catalogue import kits
from tenants.directory.models import Number
from tenants.flows.nodes import Queue
from tenants.prompts.service import say_all
from tenants.prompts.warming import pieces
from tenants.rosters.hours import is_open
from tests import world
from tests.phone.conftest import answers_on
from tests.phone.kits.walking import NOTHING, Caller, Standing, Way
from tests.phone.network import PaperNetwork
from tests.switchboard.conftest import Hotline

TO_CHOOSE = {"elderly": 8}
"""Seconds that are left for a key after all was read out; 5 where nothing else is said."""
SLACK = 1
"""Seconds that a carrier may take to fetch a sound and to tell that it was heard."""
"""What a voicemail's last words need on their way to us."""
SENDING = 5
KEYS = {"en": "1", "zh-Hans": "2"}


class Tree:
    """Which ways there are still to go: at each choice the first thing that nobody has done there yet."""

    def __init__(self, language: str) -> None:
        self.language, self.done = language, set[tuple[str, str]]()
        self.known: dict[str, list[str]] = {}

    def chosen(self, node: str, acts: list[str]) -> str:
        if node == "language":
            acts = [KEYS[self.language], *([NOTHING] if self.language == "en" else [])]
        self.known[node] = acts
        act = next((act for act in acts if (node, act) not in self.done), None)
        return act or self._towards(node, acts)

    def _towards(self, node: str, acts: list[str]) -> str:
        return acts[secrets.randbelow(len(acts))]

    def left(self) -> list[tuple[str, str]]:
        every = [(node, act) for node, acts in self.known.items() for act in acts]
        return [each for each in every if each not in self.done]

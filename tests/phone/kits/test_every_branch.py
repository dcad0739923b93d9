"""Every branch of every kit, by telephone: what is said is heard to its end, there is time to choose, and it ends."""

import os
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from uuid import UUID

import pytest

from hark.app import dress
from hark.public.page import calendars
from hark.switchboard.offering import duty
from infra import clock
from infra.database import unit_of_work
from infra.ids import new_id
from infra.scope import no_scope, tenant_scope
from provisioning.kits.catalogue import kits
from tenants.directory.models import Number
from tenants.flows.document import Flow, parse
from tenants.flows.drafts import standing
from tenants.flows.nodes import Callback, Language, Menu, Ring, Voicemail
from tenants.lines.service import lines
from tenants.members.people import teams
from tenants.members.service import add_to_team, member
from tenants.prompts.service import say_all
from tenants.prompts.warming import pieces
from tenants.rosters.hours import is_open
from tests import world
from tests.phone.conftest import answers_on
from tests.phone.kits.walking import NOTHING, Caller, Said, Standing, Way
from tests.phone.network import PaperNetwork
from tests.switchboard.conftest import Hotline

TO_CHOOSE = {"elderly": 8}
"""Seconds for a key after all was read out; 5 with every other kit."""
SLACK = 1
"""Seconds that a carrier may take to fetch a sound, and to tell that it was heard."""
SENDING = 5
"""Seconds that the last words of a message may be on their way."""
KEYS = {"en": ["1", NOTHING], "zh-Hans": ["2"]}
TO_A_PERSON = 35
"""Seconds until somebody is rung for a caller who hears everything out and then presses a key."""


class Ways:
    """What callers of one language do: at each choice, sooner or later, everything that there is to do."""

    def __init__(self, flow: Flow, language: str) -> None:
        self.flow, self.language = flow, language
        self.situation = ""
        self.done: set[tuple[str, str]] = set()
        self.owed: list[list[tuple[str, str]]] = []
        self.walked: list[tuple[str, str]] = []

    def beginnings(self, situation: str) -> Iterator[list[str]]:
        """What each next caller does first; afterwards they do whatever nobody has done yet."""
        self.situation, self.owed = situation, [[]]
        while self.owed:
            beginning = self.owed.pop()
            if not beginning or self._is_new(*beginning[-1]):
                self.walked = []
                yield [act for _, act in beginning]

    def choose(self, beginning: list[str], node: str, acts: list[str]) -> str:
        """What this caller does here."""
        acts = KEYS[self.language] if node == "language" else acts
        here, place = len(self.walked), self._place(node)
        fresh = [act for act in acts if self._is_new(place, act)]
        act = beginning[here] if here < len(beginning) else next(iter(fresh), acts[0])
        self.owed += [[*self.walked, (place, other)] for other in fresh if other != act]
        self.walked.append((place, act))
        self.done.add((place, act))
        return act

    def _is_new(self, place: str, act: str) -> bool:
        """Each key of a menu is pressed in one situation; in the next, one for each way that it leads."""
        node = place.split(maxsplit=1)[0]
        ways = {each.name.removeprefix("option."): each.target for each in self.flow.nodes[node].exits()}
        before = {other for where, other in self.done if where.split()[0] == node}
        here = {ways.get(other.replace(NOTHING, "timeout")) for where, other in self.done if where == place}
        return (place, act) not in self.done and (
            act not in before or ways.get(act.replace(NOTHING, "timeout")) not in here
        )

    def _place(self, node: str) -> str:
        """The node, how often it was said in this call, and, where people are rung from it, whether any are there."""
        times = sum(place.split()[0] == node for place, _ in self.walked)
        leads = {type(self.flow.nodes[each.target]) for each in self.flow.nodes[node].exits() if each.target}
        return f"{node} {times} {self.situation if Ring in leads else ''}"


def in_time(kind: str, said: Said) -> bool:
    """Whether all was said, and answered, before the step was over."""
    match said.node:
        case Menu() | Language():
            return said.lasts - said.takes >= TO_CHOOSE.get(kind, 5)
        case Voicemail():
            return said.lasts - said.takes >= SENDING
        case Callback():
            return said.takes <= said.lasts
        case _:
            return said.lasts - said.takes >= SLACK


async def numbered(tenant: UUID, line: UUID, network: PaperNetwork) -> str:
    """A number of this line's on the paper network."""
    number = f"+44207{secrets.randbelow(10**7):07d}"
    row = Number(e164=number, carrier="paper", node=network.node, status="held", country="GB", tenant=tenant, line=line)
    with no_scope():
        async with unit_of_work() as session:
            session.add(row)
    return number


async def on_duty(tenant: UUID, member: UUID, desk: UUID, *, there: bool) -> None:
    """Somebody is on duty at a desk phone that rings in vain, or nobody is."""
    with tenant_scope(tenant):
        async with unit_of_work() as session:
            await duty.set_duty(session, member, "off")
            if there:
                await duty.set_duty(session, member, "on", device="desk", device_id=desk)


ALL = [(kind, language) for kind in kits() for language in KEYS]
PAIRS = ALL if os.environ.get("HARK_LONG_TESTS") else [ALL[2 * n + n % 2] for n in range(len(ALL) // 2)]
"""Each kit in one of its languages, by turns; HARK_LONG_TESTS=1 walks every kit in both."""


@pytest.mark.timeout(400)  # some twenty whole calls, each step of which is several transactions
@pytest.mark.parametrize(("kind", "language"), PAIRS)
async def test_every_branch_is_heard_to_its_end(
    kind: str, language: str, ground: None, network: PaperNetwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    dress()  # the words of our own, in every language
    hotline, _ = await world.open_hotline(f"{kind}-{new_id().hex}@example.org", kind, f"Line {kind}", "Olive")
    ann = await world.join(hotline, f"ann-{new_id().hex}@example.org", "Ann", "operator")
    number = await numbered(hotline.tenant, hotline.line, network)
    with tenant_scope(hotline.tenant):
        async with unit_of_work() as session:
            line = (await lines(session))[0]
            flow = parse((await standing(session, line.flow_id)).newest.document)
            calendar = (await calendars(session))["main"]
        assert await say_all(pieces(flow)) == []
    at = Standing(datetime.now(UTC).replace(minute=30, second=0, microsecond=0))
    monkeypatch.setattr(clock, "_read", at)
    ways, taken = [], Ways(flow, language)
    with tenant_scope(hotline.tenant):
        async with unit_of_work() as session:
            for team in await teams(session):
                await add_to_team(session, team, await member(session, ann.member))
        desk = await answers_on(Hotline(hotline.tenant, line, {"ann": ann.member}), "ann", "desk")
    for situation in ("nobody answers", "nobody is there", "closed"):
        for beginning in taken.beginnings(situation):
            while (is_open(calendar, at()) == "open") == (situation == "closed"):
                at.at += timedelta(hours=1)
            await on_duty(hotline.tenant, ann.member, desk, there=situation == "nobody answers")
            choose = partial(taken.choose, beginning)
            ways.append(await Caller(hotline.tenant, flow, number, network, at, choose).walk())
    check(kind, flow, ways, taken.done)


def check(kind: str, flow: Flow, ways: list[Way], done: set[tuple[str, str]]) -> None:
    """All that callers of one language did and met."""
    hurried = [(each.name, each.takes, each.lasts) for way in ways for each in way.said if not in_time(kind, each)]
    assert hurried == []
    assert all(way.seconds <= flow.promise_seconds for way in ways)
    rung = [way.rung_after for way in ways if way.rung_after is not None and all(act != NOTHING for _, act in way.done)]
    assert rung
    assert max(rung) <= TO_A_PERSON
    silent = {key for key, node in flow.nodes.items() if node.type in ("hours", "branch", "hangup")}
    assert {node for way in ways for node in way.nodes} | silent == set(flow.nodes)
    for key, node in flow.nodes.items():
        if isinstance(node, Menu):
            assert {act for place, act in done if place.split()[0] == key} == {
                *(option.key for option in node.options),
                NOTHING,
            }
    assert {way.outcome for way in ways} >= {"voicemail", "message"}

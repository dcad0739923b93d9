"""What `make demo` leaves: five hotlines that look as if people had worked in them, and that a replay would accept."""

import json
from collections import defaultdict
from datetime import date
from itertools import pairwise
from random import Random

import pytest
from sqlalchemy import func
from sqlmodel import col, select

from billing.giving.models import Gift
from billing.ledger.balances import trial_balance
from billing.receipts.models import Receipt
from hark.cases.models import Case, CaseCount
from hark.contacts.models import Contact
from hark.demo.fill import fill
from hark.demo.invented.cast import hotlines
from hark.demo.invented.writing import written
from hark.demo.known import password
from hark.switchboard.models import Call, CallEvent, Offer, Voicemail
from hark.switchboard.published import flow_of
from infra.database import unit_of_work
from infra.scope import tenant_scope
from infra.vault import unseal
from provisioning.kits.catalogue import kits
from tenants.flows.engine import NEW, dump_state, load_event, step
from tenants.rosters.models import Shift
from tests.conftest import Browser
from tests.demo.conftest import DAYS, Example, quiet

Filled = dict[str, Example]


@pytest.mark.parametrize("kind", sorted(hotlines()))
def test_every_story_fits_the_kits_form(kind: str) -> None:
    hotline, form = hotlines()[kind], kits()[kind].form
    for story in hotline.stories:
        for seed in range(25):
            answers = written(hotline, form, story, date(2026, 3, 8), Random(seed), case=story.case)
            assert answers["summary"]


@pytest.mark.parametrize("kind", sorted(hotlines()))
def test_every_way_of_a_case_is_one_of_the_kits_workflow(kind: str) -> None:
    cases, workflow = hotlines()[kind].cases, kits()[kind].workflow
    assert {stage for path in cases.paths for stage in path} <= {stage.key for stage in workflow.stages}
    assert {stage.key for stage in workflow.stages if stage.kind != "closed"} <= set(cases.notes)
    assert set(cases.outcomes) <= {outcome.key for outcome in workflow.outcomes}
    assert all(path[0] == workflow.first.key for path in cases.paths)


@pytest.mark.parametrize("kind", sorted(hotlines()))
def test_everybody_is_in_a_team_that_the_kit_has_and_every_team_has_somebody(kind: str) -> None:
    teams = {team.key for team in kits()[kind].teams}
    assert teams == {team for person in hotlines()[kind].people for team in person.teams}


async def test_every_past_call_replays_to_the_state_that_was_kept(filled: Filled) -> None:
    for example in filled.values():
        with tenant_scope(example.tenant.id):
            async with unit_of_work() as session:
                events = defaultdict(list)
                for row in await session.exec(select(CallEvent).order_by(col(CallEvent.id))):
                    events[row.call_id].append(load_event(row.event))
                calls = (await session.exec(select(Call).where(Call.phase == "ended"))).all()
                assert len(calls) > DAYS
                for call in calls:
                    state, flow = NEW, await flow_of(session, call.flow_version_id)
                    for event in events[call.id]:
                        state, _ = step(flow, state, event)
                    assert dump_state(state) == call.state
                    assert (call.outcome, call.simulated) == (state.outcome, True)


async def test_nobody_was_ever_rung_for_two_calls_at_once(filled: Filled) -> None:
    for example in filled.values():
        with tenant_scope(example.tenant.id):
            async with unit_of_work() as session:
                rung = defaultdict(list)
                for offer in await session.exec(select(Offer).where(col(Offer.closed_at).is_not(None))):
                    rung[offer.member_id].append((offer.made_at, offer.closed_at))
        for spans in rung.values():
            spans.sort()
            assert all(before[1] <= after[0] for before, after in pairwise(spans))


async def test_the_owner_signs_in_with_the_printed_password_and_finds_every_page_filled(
    filled: Filled, browser: Browser
) -> None:
    example = filled["violence"]
    guest = await browser()
    said = await guest.post("/sign-in", data={"email": example.told.owner.email, "password": password()})
    assert (said.status_code, said.headers["location"]) == (303, example.at)
    home = (await guest.get(example.at)).text
    assert example.told.name in home
    contacts = (await guest.get(f"{example.at}/contacts")).text
    assert contacts.count('class="row-title"') > 5
    assert "Simulated" in contacts
    roster = (await guest.get(f"{example.at}/roster")).text
    assert sum(person.name in roster for person in example.told.people) > 4
    people = (await guest.get(f"{example.at}/people")).text
    assert all(person.name.replace("'", "&#39;") in people for person in example.told.people)


async def test_a_record_is_readable_by_its_people_and_sealed_for_the_database(filled: Filled, browser: Browser) -> None:
    example = filled["elderly"]
    with tenant_scope(example.tenant.id):
        async with unit_of_work() as session:
            contact = (await session.exec(select(Contact).where(Contact.status == "submitted"))).first()
            assert contact is not None
            words = json.loads(await unseal(session, contact.sealed))["answers"]["summary"]
    assert words.encode() not in contact.sealed
    owner = await browser(await example.account("owner"))
    assert words in (await owner.get(f"{example.at}/contacts/{contact.id}")).text


async def test_cases_stand_at_several_stages_and_each_tells_its_way(filled: Filled, browser: Browser) -> None:
    stages, best = set(), (0, "")
    for kind, example in filled.items():
        with tenant_scope(example.tenant.id):
            async with unit_of_work() as session:
                cases = (await session.exec(select(Case).order_by(col(Case.number)))).all()
                last = (await session.exec(select(CaseCount.last))).first() or 0
        assert [case.number for case in cases] == list(range(1, last + 1))
        stages |= {(kind, case.stage) for case in cases}
        best = max(best, (len(cases), kind))
    assert len(stages) > 3
    example = filled[best[1]]
    owner = await browser(await example.account("owner"))
    assert "Case 1" in (await owner.get(f"{example.at}/cases")).text
    assert "Case opened" in (await owner.get(f"{example.at}/cases/1")).text


async def test_a_voicemail_of_the_past_can_be_heard(filled: Filled, browser: Browser) -> None:
    for example in filled.values():
        with tenant_scope(example.tenant.id):
            async with unit_of_work() as session:
                row = (await session.exec(select(Voicemail))).first()
        if row is not None:
            owner = await browser(await example.account("owner"))
            heard = await owner.get(f"{example.at}/voicemails/{row.id}/sound")
            assert (heard.headers["content-type"], heard.content[:4], heard.content[8:12]) == (
                "audio/wav", b"RIFF", b"WAVE",
            )  # fmt: skip
            return
    pytest.fail("nobody left a voicemail")


async def test_the_roster_has_somebody_on_most_shifts_and_a_few_holes(filled: Filled) -> None:
    for example in filled.values():
        with tenant_scope(example.tenant.id):
            async with unit_of_work() as session:
                shifts = (await session.exec(select(Shift))).all()
        holes = [shift for shift in shifts if shift.member_id is None]
        assert 0 < len(holes) < len(shifts) / 2


async def test_the_books_have_every_gift_and_agree_with_the_processor(filled: Filled, browser: Browser) -> None:
    for example in filled.values():
        with tenant_scope(example.tenant.id):
            async with unit_of_work() as session:
                gifts = list(await session.exec(select(Gift)))
                given = sum(gift.total_minor for gift in gifts)
                lines = [line for line in await trial_balance(session) if line.account == "gifts"]
                receipts = list(await session.exec(select(Receipt.number)))
        owes = example.told.gifts.appeal is not None
        assert bool(gifts) == owes
        assert {gift.state for gift in gifts} <= {"paid"}
        assert -sum(line.minor for line in lines) == given
        assert sorted(receipts) == list(range(1, sum(gift.method != "cash" for gift in gifts) + 1))
        page = (await (await browser(await example.account("owner"))).get(f"{example.at}/money")).text
        assert ("big-number" in page) == owes
        donation = await (await browser()).get(f"/h/{example.tenant.slug}/give")
        assert donation.status_code == 200
        wanted = (
            example.told.gifts.does if owes else {"": example.told.gifts.partner and example.told.gifts.partner.name}
        )
        assert any(words and words in donation.text for words in wanted.values())


async def test_filling_twice_is_filling_once(filled: Filled) -> None:
    before = await counted(filled)
    again = await fill(quiet, DAYS)
    assert {tenant.kind: tenant.id for tenant in again} == {kind: each.tenant.id for kind, each in filled.items()}
    assert await counted(filled) == before


async def counted(filled: Filled) -> dict[str, int]:
    """How many calls each has that are of the past."""
    found = {}
    for kind, example in filled.items():
        with tenant_scope(example.tenant.id):
            async with unit_of_work() as session:
                found[kind] = (await session.exec(select(func.count()).select_from(Call))).one()
    return found

"""The flow's page: changes wait in a draft, an unfit one is refused, an earlier one returns, the picture is whole."""

import json
import re
from itertools import pairwise

import pytest
from sqlmodel import select

from hark.desk.flow.drawing import draw, wrapped
from hark.desk.flow.layout import BOX, HEIGHT, layout
from infra.database import unit_of_work
from tenants.flows.document import parse
from tenants.flows.lint import lint, longest
from tenants.flows.models import FlowVersion
from tests.conftest import Browser
from tests.desk.house import KITS, House, open_house

KINDS = ("blank", "cancer", "elderly", "rainbow", "violence", "workplace")


@pytest.fixture
async def house(ground: None) -> House:
    return await open_house("rainbow")


async def _versions(house: House) -> list[tuple[int, str, str]]:
    """Each version: number, status, what its greeting says."""
    with house.scope():
        async with unit_of_work() as session:
            rows = await session.exec(select(FlowVersion).order_by(FlowVersion.number))
            return [(row.number, row.status, row.document["nodes"]["welcome"]["text"]["en"]) for row in rows]


async def _edit(client, house: House, words: str, node: str = "welcome", **more: str):
    page = await client.get(f"{house.at}/flow/steps/{node}")
    mark = re.search(r'name="mark" value="([^"]+)"', page.text)[1]
    return await client.post(f"{house.at}/flow/steps/{node}", data={"mark": mark, "text:en": words, **more})


async def test_a_change_is_a_draft_until_it_is_published_and_can_be_gone_back_from(
    house: House, browser: Browser
) -> None:
    admin = await browser(house.accounts["admin"])
    ((_, _, before),) = await _versions(house)
    assert (await _edit(admin, house, "Hello from Ann.")).status_code == 303
    assert await _versions(house) == [(1, "published", before), (2, "draft", "Hello from Ann.")]
    assert (await admin.post(f"{house.at}/flow/publication")).status_code == 303
    assert await _versions(house) == [(1, "retired", before), (2, "published", "Hello from Ann.")]
    revival = re.search(r'action="([^"]+/revival)"', (await admin.get(f"{house.at}/flow")).text)[1]
    assert (await admin.post(revival)).status_code == 303
    assert await _versions(house) == [
        (1, "retired", before),
        (2, "retired", "Hello from Ann."),
        (3, "published", before),
    ]


async def test_a_draft_that_breaks_its_promise_is_refused_and_the_page_says_where(
    house: House, browser: Browser
) -> None:
    admin = await browser(house.accounts["admin"])
    await _edit(admin, house, "We keep your place.", "queue", seconds="3000")
    page = (await admin.get(f"{house.at}/flow")).text
    assert "Publish flow" not in page
    refused = await admin.post(f"{house.at}/flow/publication")
    assert refused.status_code == 422
    assert "The slowest way takes" in refused.text
    assert [status for _, status, _ in await _versions(house)] == ["published", "draft"]
    await admin.post(f"{house.at}/flow/draft/removal")
    assert [status for _, status, _ in await _versions(house)] == ["published"]


async def test_a_value_that_no_step_takes_is_refused_and_what_was_typed_stays(house: House, browser: Browser) -> None:
    admin = await browser(house.accounts["admin"])
    for seconds in ("0", "9999", "soon"):
        answer = await _edit(admin, house, "Hello from Ann.", seconds=seconds)
        assert answer.status_code == 422
        assert "Hello from Ann." in answer.text
    assert len(await _versions(house)) == 1


async def test_two_admins_in_one_step_see_each_other(house: House, browser: Browser) -> None:
    one, two = await browser(house.accounts["admin"]), await browser(house.accounts["owner"])
    page = (await two.get(f"{house.at}/flow/steps/welcome")).text
    mark = re.search(r'name="mark" value="([^"]+)"', page)[1]
    await _edit(one, house, "Written first.")
    answer = await two.post(f"{house.at}/flow/steps/welcome", data={"mark": mark, "text:en": "Written second."})
    assert answer.status_code == 409
    assert "Written second." in answer.text
    assert "Written first." in answer.text


async def test_a_choices_words_are_changed_by_themselves(house: House, browser: Browser) -> None:
    admin = await browser(house.accounts["admin"])
    await _edit(admin, house, "What is it about?", "topic", **{"options.2.label:en": "Parents"})
    with house.scope():
        async with unit_of_work() as session:
            draft = (await session.exec(select(FlowVersion).where(FlowVersion.status == "draft"))).one()
    labels = [option["label"]["en"] for option in draft.document["nodes"]["topic"]["options"]]
    assert labels == ["School", "Parents", "Work", "Health", "Gender"]


async def test_only_those_who_lead_come_here(house: House, browser: Browser) -> None:
    for role, status in (("owner", 200), ("supervisor", 403), ("operator", 403), ("auditor", 403)):
        assert (await (await browser(house.accounts[role])).get(f"{house.at}/flow")).status_code == status


@pytest.mark.parametrize("kind", KINDS)
def test_a_picture_shows_every_step_once_and_every_way_downwards(kind: str) -> None:
    flow = parse((KITS / kind / "flow.json").read_text())
    placed = layout(flow)
    assert set(placed.nodes) == set(placed.order) == set(flow.nodes)
    boxes = sorted((y, x) for x, y in placed.nodes.values())
    for (y, x), (next_y, next_x) in pairwise(boxes):
        assert next_y > y or next_x - x >= BOX, "two steps stand on each other"
    for (start, target), points in placed.ways.items():
        heights = [y for _, y in points]
        assert heights == sorted(heights)
        assert points[0] == (placed.nodes[start][0], placed.nodes[start][1] + HEIGHT)
        assert points[-1] == placed.nodes[target]


@pytest.mark.parametrize("kind", KINDS)
def test_the_longest_way_is_marked_from_the_start_to_an_end(kind: str) -> None:
    flow = parse((KITS / kind / "flow.json").read_text())
    drawing = draw(flow, lint(flow))
    assert drawing.seconds == longest(flow).seconds
    marked = {box.id for box in drawing.boxes if box.worst}
    assert flow.start in marked
    assert any(box.end for box in drawing.boxes if box.worst)


def test_a_draft_that_goes_round_is_drawn_all_the_same() -> None:
    document = json.loads((KITS / "rainbow" / "flow.json").read_text())
    document["nodes"]["away"]["timeout"] = "welcome"
    flow = parse(document)
    drawing = draw(flow, lint(flow))
    assert drawing.seconds is None
    assert {box.id for box in drawing.boxes} == set(flow.nodes)


def test_names_are_broken_at_words_or_between_characters() -> None:
    assert wrapped("Welcome") == ["Welcome"]
    assert wrapped("If nobody answers in danger") == ["If nobody answers", "in danger"]
    assert wrapped("危险的时候没有人接听电话的话") == ["危险的时候没有人接听", "电话的话"]

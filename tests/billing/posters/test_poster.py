"""A poster: PDF in the size and language asked for, and a code that leads where its words say."""

import io
import re
from typing import Any

import pytest
import segno
from pypdf import PdfReader

from billing.posters.poster import code
from tests.conftest import Browser
from tests.world import World


def test_the_code_is_drawn_as_the_standard_says_with_room_around_it() -> None:
    address = "https://hark.example/h/rainbow-line/give/winter"
    drawn = code(address)
    matrix = [list(row) for row in segno.make(address, error="m", micro=False).matrix]
    side = len(matrix) + 8
    assert f'width="{side}" height="{side}"' in drawn
    dark = [[False] * side for _ in range(side)]
    path = re.search(r'd="([^"]+)"', drawn)
    assert path is not None
    x = y = 0.0
    for move, first, second in re.findall(r"([Mmh])(-?[\d.]+)(?: (-?[\d.]+))?", path[1]):
        if move == "h":
            for column in range(int(x), int(x + float(first))):
                dark[int(y)][column] = True
            x += float(first)
        else:
            x, y = (float(first), float(second)) if move == "M" else (x + float(first), y + float(second))
    assert [row[4:-4] for row in dark[4:-4]] == [[bool(module) for module in row] for row in matrix]
    assert not any(any(row) for row in dark[:4] + dark[-4:])


@pytest.mark.parametrize(("size", "width"), [("a4", 595), ("a5", 420)])
@pytest.mark.parametrize(("lang", "tag"), [("en", "en"), ("zh-Hans", "zh-CN")])
async def test_a_poster_has_its_size_its_language_and_its_address(
    world: World, browser: Browser, size: str, width: int, lang: str, tag: str
) -> None:
    alice = await browser(world.alice.account)
    answer = await alice.get(f"/o/{world.first.slug}/money/giving/poster.pdf", params={"size": size, "lang": lang})
    assert answer.headers["content-type"] == "application/pdf"
    reader = PdfReader(io.BytesIO(answer.content))
    catalog: Any = reader.trailer["/Root"]
    text = "".join(reader.pages[0].extract_text().split())
    assert len(reader.pages) == 1
    assert round(reader.pages[0].mediabox.width) == width
    assert catalog["/Lang"] == tag
    assert catalog["/MarkInfo"]["/Marked"]
    assert "Dawnline" in text
    assert f"hark.test/h/{world.first.slug}/give" in text
    pictures = [kind for kind in _kinds(catalog["/StructTreeRoot"]) if kind.startswith("/Figure")]
    assert len(pictures) == 1
    assert f"hark.test/h/{world.first.slug}/give" in pictures[0]


def _kinds(node: Any) -> list[str]:
    node = node.get_object() if hasattr(node, "get_object") else node
    if isinstance(node, list):
        return [kind for child in node for kind in _kinds(child)]
    if not isinstance(node, dict):
        return []
    own = [f"{node['/S']} {node.get('/Alt', '')}"] if "/S" in node else []
    return own + _kinds(node.get("/K", []))


async def test_a_poster_of_a_simulated_page_says_so(world: World, browser: Browser) -> None:
    alice = await browser(world.alice.account)
    answer = await alice.get(f"/o/{world.first.slug}/money/giving/poster.pdf")
    assert "Simulated" in PdfReader(io.BytesIO(answer.content)).pages[0].extract_text()


async def test_there_is_no_poster_of_a_campaign_that_isnt_there(world: World, browser: Browser) -> None:
    alice = await browser(world.alice.account)
    path = f"/o/{world.first.slug}/money/giving/poster.pdf"
    assert (await alice.get(path, params={"campaign": "no-such"})).status_code == 404
    assert (await alice.get(path, params={"size": "a0"})).status_code == 422

"""Leaving a hotline's page is instant, and the back button leads to no page of it."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, BrowserContext, Page
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from infra.web.static import static
from tests.themes.conftest import Draw
from tests.themes.house import house

pytestmark = pytest.mark.journey
INSIDE = """<h1>Inside {path}</h1><a id="next" href="/h/dawn/about">About</a> <a id="part" href="#part-2">Down</a>
<form method="post" action="/h/dawn/callback"><button id="post">Ask</button></form>
<form method="get" action="/h/dawn/find"><input name="q" value="rent"><button id="get">Find</button></form>
<form method="post" action="/h/dawn/refused"><button id="refused">Ask</button></form>
<p id="part-2" tabindex="-1">Part two</p>"""


@pytest.fixture
async def visit(draw: Draw, chrome: Browser) -> AsyncIterator[Page]:
    """Somebody who read a search page, then opened the hotline."""

    async def hotline(request: Request) -> Response:
        if request.method == "POST":
            await request.form()
            if request.url.path.endswith("refused"):
                return HTMLResponse(draw("error.html", path="/h/dawn", message="Not that way.", status=422), 422)
            return RedirectResponse("/h/dawn/booked", 303)
        shell = draw("public.html", path=request.url.path, exit_url="/weather", neutral_title="Notes")
        return HTMLResponse(shell.replace("</main>", INSIDE.format(path=request.url.path) + "</main>"))

    async def elsewhere(request: Request) -> Response:
        return HTMLResponse(f"<title>{request.url.path}</title><a id=in href='/h/dawn'>hotline</a>")

    routes = [
        Route("/search", elsewhere),
        Route("/weather", elsewhere),
        Route("/h/dawn", hotline),
        Route("/h/dawn/{rest}", hotline, methods=["GET", "POST"]),
    ]
    async with house(routes) as origin:
        context: BrowserContext = await chrome.new_context()
        page = await context.new_page()
        await page.goto(f"{origin}/search")
        await page.click("#in")
        await page.wait_for_load_state("load")
        yield page
        await context.close()


async def assert_no_trace(page: Page) -> None:
    await page.wait_for_url("**/weather")
    await page.go_back()
    await page.wait_for_url("**/search")
    assert await page.evaluate("history.length") == 3  # the blank tab, the search, the weather
    await page.go_forward()
    await page.wait_for_url("**/weather")


async def test_the_button_leaves_at_once_and_back_leads_past_the_hotline(visit: Page) -> None:
    await visit.click("[data-quick-exit]")
    await assert_no_trace(visit)


async def test_escape_twice_leaves_and_once_only_says_so(visit: Page) -> None:
    await visit.keyboard.press("Escape")
    assert await visit.inner_text("#quick-exit-hint") == "Press Esc once more to leave this site."
    assert "/h/dawn" in visit.url
    await visit.keyboard.press("Escape")
    await assert_no_trace(visit)


async def test_walking_through_pages_and_forms_leaves_one_place_in_the_history(visit: Page) -> None:
    await visit.click("#next")
    await visit.wait_for_url("**/h/dawn/about")
    await visit.click("#part")
    assert await visit.evaluate("document.activeElement.id") == "part-2"
    await visit.click("#post")
    await visit.wait_for_url("**/h/dawn/booked")
    await visit.click("#get")
    await visit.wait_for_url("**/h/dawn/find?q=rent")
    await visit.click("[data-quick-exit]")
    await assert_no_trace(visit)


async def test_a_form_that_comes_back_is_shown_in_the_same_place(visit: Page) -> None:
    await visit.click("#refused")
    await visit.wait_for_selector("text=Not that way.")
    assert await visit.evaluate("document.activeElement.id") == "main"
    await visit.keyboard.press("Escape")
    await visit.keyboard.press("Escape")
    await assert_no_trace(visit)


async def test_a_form_without_network_keeps_what_was_typed_and_says_so(visit: Page) -> None:
    await visit.context.set_offline(True)
    await visit.click("#post")
    await visit.wait_for_selector("[role=alert]:has-text('nothing was sent')")
    await visit.context.set_offline(False)
    await visit.click("#post")
    await visit.wait_for_url("**/h/dawn/booked")


async def test_the_tab_shows_the_neutral_title_and_no_name_of_ours(visit: Page) -> None:
    assert await visit.title() == "Notes"
    assert await visit.get_attribute("link[rel=icon]", "href") == static("img/sheet.svg")
    assert "Hark" not in await visit.content()


async def test_the_way_out_stays_in_sight_down_the_page(visit: Page) -> None:
    await visit.set_viewport_size({"width": 320, "height": 480})
    await visit.evaluate("""() => {
        const tall = document.createElement("div");
        document.querySelector("main").append(...Array.from({length: 200}, () => document.createElement("p")));
        document.querySelectorAll("main > p").forEach(p => p.textContent = "line");
        scrollTo(0, 3000);
    }""")
    box = await visit.locator("[data-quick-exit]").bounding_box()
    assert box is not None
    assert 0 <= box["y"] < 60
    assert box["x"] + box["width"] <= 320


async def test_without_scripts_the_way_out_is_still_a_link(visit: Page, chrome: Browser) -> None:
    plain = await chrome.new_context(java_script_enabled=False)
    page = await plain.new_page()
    await page.goto(visit.url)
    await page.click("[data-quick-exit]")
    await page.wait_for_url("**/weather")
    await plain.close()

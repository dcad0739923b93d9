"""The profile: what is saved is what callers see, and every colour ends up readable."""

import re
from typing import Any

from infra.database import unit_of_work
from infra.scope import tenant_scope
from tenants.profile.service import profile
from tests.conftest import Browser
from tests.world import Hotline, World, open_hotline

FORM: dict[str, Any] = {
    "name": "Evening line",
    "brand": "#ffcc00",
    "tone": "cool",
    "text_size": "large",
    "neutral_title": "yes",
    "exit_url": "https://www.example.com/recipes",
    "who.en": "Neighbours who listen.",
    "call.en": "Ring us",
}


async def _line(name: str) -> tuple[Hotline, Any]:
    return await open_hotline(f"{name}@example.org", "blank", name, "Ines", languages=["en"])


async def test_what_is_saved_is_what_callers_see(browser: Browser) -> None:
    hotline, owner = await _line("profile-one")
    client, page = await browser(owner.account), f"/o/{hotline.slug}/settings/profile"
    answer = await client.post(page, data=FORM)
    assert answer.status_code == 303
    shown = (await client.get(answer.headers["location"])).text
    assert "Saved." in shown
    assert 'value="#ffcc00"' in shown
    public = (await (await browser()).get(f"/h/{hotline.slug}")).text
    assert "Neighbours who listen." in public
    assert "Ring us" in public
    assert "https://www.example.com/recipes" in public
    assert "<title>Evening line" not in public
    with tenant_scope(hotline.tenant):
        async with unit_of_work() as session:
            kept = await profile(session)
    assert kept.texts["who"]["zh-Hans"], "a language that the page doesn't show is kept"
    assert kept.defaults["wrap_up_seconds"]


async def test_errors_keep_what_was_typed_and_change_nothing(browser: Browser) -> None:
    hotline, owner = await _line("profile-two")
    client, page = await browser(owner.account), f"/o/{hotline.slug}/settings/profile"
    wrong = {**FORM, "name": "", "brand": "red", "exit_url": "javascript:alert(1)", "who.en": "x" * 700}
    answer = await client.post(page, data=wrong)
    assert answer.status_code == 422
    assert answer.text.count('aria-invalid="true"') == 3
    assert "x" * 700 in answer.text
    assert "profile-two" in (await client.get(page)).text


async def test_every_colour_is_shown_with_a_contrast_that_can_be_read(browser: Browser, world: World) -> None:
    client = await browser(world.adam.account)
    path = f"/o/{world.first.slug}/settings/profile/colour"
    for brand in ("%23ffff00", "%23000000", "%23888888", "%23ff69b4"):
        for tone in ("warm", "cool", "plain"):
            shown = (await client.get(f"{path}?brand={brand}&tone={tone}")).text
            ratios = [
                float(ratio)
                for ratio in re.findall(r"(\d+\.\d) : 1,|link (\d+\.\d)", shown)
                for ratio in ratio
                if ratio
            ]
            assert len(ratios) == 4
            assert min(ratios) >= 4.5
    assert "svg" not in (await client.get(f"{path}?brand=%22%3E%3Cscript%3E")).text


async def test_the_index_names_what_can_be_set_and_only_owners_see_the_end(browser: Browser, world: World) -> None:
    for person, sees in ((world.alice, True), (world.adam, False)):
        shown = (await (await browser(person.account)).get(f"/o/{world.first.slug}/settings")).text
        assert ("Close this hotline" in shown) is sees
        assert "+999" in shown
    for person in (world.dana, world.bob, world.audrey):
        assert (await (await browser(person.account)).get(f"/o/{world.first.slug}/settings")).status_code == 403
    assert (await (await browser(world.charlie.account)).get(f"/o/{world.first.slug}/settings")).status_code == 404

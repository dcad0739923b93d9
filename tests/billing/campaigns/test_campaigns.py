"""Campaigns: what their thermometer reads, what their pages show, and what their pictures keep to themselves."""

import io
from datetime import timedelta

import httpx
import pytest
from PIL import Image
from sqlmodel import select

from billing.campaigns.models import Campaign
from billing.campaigns.pictures import WIDEST, draw
from billing.campaigns.thermometer import thermometer
from billing.money import Money
from billing.processor.refunds import refund
from infra.clock import now, travel
from infra.database import unit_of_work
from infra.errors import Invalid
from tests.billing.giving.conftest import Line

PLACE = 0x8825
"""The EXIF tag under which a camera writes where it was."""


async def reads(line: Line, campaign: Campaign) -> tuple[int, int]:
    """What the thermometer says: minor units raised, and per cent."""
    with line.scope():
        async with unit_of_work() as session:
            row = (await session.exec(select(Campaign).where(Campaign.id == campaign.id))).one()
            meter = await thermometer(session, row)
    return meter.raised.minor, meter.percent


async def test_the_thermometer_is_what_the_books_say(line: Line) -> None:
    night, day = await line.campaign(goal_minor=20_000), await line.campaign(goal_minor=5000)
    donor = await line.donor()
    assert await reads(line, night) == (0, 0)
    await donor.see(await donor.give(f"/{night.slug}", campaign=night.slug))
    assert await reads(line, night) == (5000, 25)
    assert await reads(line, day) == (0, 0)
    other = await line.donor()
    await other.see(await other.give(amount="1000"))
    assert await reads(line, night) == (5000, 25)
    assert await line.given() == -6000
    (gift, _) = await line.gifts()
    with line.scope():
        async with unit_of_work() as session:
            await refund(session, gift.id, Money(2000, "HKD"), "requested_by_customer", key="once")
    await line.house.work()
    await line.house.settled()
    assert await reads(line, night) == (3000, 15)
    assert "HK$30.00" in await donor.see(f"/h/{line.slug}/give/{night.slug}")


async def test_a_goal_isnt_reached_before_it_is(line: Line) -> None:
    campaign = await line.campaign(goal_minor=5001)
    donor = await line.donor()
    await donor.see(await donor.give(f"/{campaign.slug}", campaign=campaign.slug))
    assert await reads(line, campaign) == (5000, 99)


async def test_after_its_last_day_a_campaign_takes_nothing_and_says_so(line: Line) -> None:
    campaign = await line.campaign(ends_on=now().date() + timedelta(days=1))
    donor = await line.donor()
    await donor.open(f"/{campaign.slug}")
    with travel(by=timedelta(days=3)):
        assert "This campaign is over" in await donor.see(f"/h/{line.slug}/give/{campaign.slug}")
        assert (await donor.press(campaign=campaign.slug)).status_code == 404
    assert await line.gifts() == []


async def test_a_draft_is_seen_by_the_hotlines_own_people_alone(line: Line) -> None:
    campaign = await line.campaign(state="draft")
    address = f"/h/{line.slug}/give/{campaign.slug}"
    assert (await (await line.browser()).get(address)).status_code == 404
    assert (await (await line.browser()).get(f"{address}/card.png")).status_code == 404
    assert (await (await line.browser(line.owner.account)).get(address)).status_code == 200


async def test_its_editor_makes_it_tells_news_and_keeps_its_name(line: Line) -> None:
    desk = await line.browser(line.owner.account)
    root = f"/o/{line.slug}/money/giving/campaigns"
    made = await desk.post(root, data={"state": "open", "title.en": "Thanks", "goal": "1,000", "ends_on": "2030-01-31"})
    assert made.status_code == 303
    own = made.headers["location"].split("?")[0]
    with line.scope():
        async with unit_of_work() as session:
            row = (await session.exec(select(Campaign))).one()
    assert (row.slug, row.goal_minor, row.currency) == ("thanks-campaign", 100_000, "HKD")
    wrong = await desk.post(own, data={"state": "open", "title.en": "", "goal": "lots", "ends_on": "soon"})
    assert wrong.status_code == 422
    assert 'value="lots"' in wrong.text
    assert (await desk.post(f"{own}/news", data={"words.en": "The first night is staffed."})).status_code == 303
    page = await (await line.browser()).get(f"/h/{line.slug}/give/thanks-campaign")
    assert "The first night is staffed." in page.text


def photograph(width: int = 2400, height: int = 1200) -> bytes:
    """A photograph that knows where it was taken, and that lies on its side."""
    picture, made = Image.new("RGB", (width, height), "#886644"), io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = 6
    exif.get_ifd(PLACE)[2] = (22.0, 17.0, 8.0)
    exif[PLACE] = exif.get_ifd(PLACE)
    picture.save(made, "JPEG", exif=exif)
    return made.getvalue()


def test_a_picture_leaves_place_and_time_behind_and_stands_upright() -> None:
    assert b"Exif" in photograph()
    drawn = draw(photograph())
    assert (drawn.width, drawn.height) == (WIDEST // 2, WIDEST)
    with Image.open(io.BytesIO(drawn.data)) as kept:
        assert kept.format == "WEBP"
        assert not kept.getexif()
    assert b"EXIF" not in drawn.data


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7", b"GIF89a" + bytes(40), photograph(30, 30)[:200]])
def test_what_isnt_a_picture_is_refused(data: bytes) -> None:
    with pytest.raises(Invalid):
        draw(data)


async def test_a_picture_is_shown_with_its_words_and_goes_when_it_is_taken_away(line: Line) -> None:
    campaign = await line.campaign()
    desk = await line.browser(line.owner.account)
    own = f"/o/{line.slug}/money/giving/campaigns/{campaign.id}"
    file = {"picture": ("night.jpg", photograph(300, 200), "image/jpeg")}
    assert (await desk.post(f"{own}/pictures", files=file)).status_code == 422
    assert (await desk.post(f"{own}/pictures", files=file, data={"alt.en": "A lamp"})).status_code == 303
    page = (await (await line.browser()).get(f"/h/{line.slug}/give/{campaign.slug}")).text
    assert 'alt="A lamp"' in page
    address = page.split('<img src="')[1].split('"')[0]
    shown = await (await line.browser()).get(address)
    assert shown.headers["content-type"] == "image/webp"
    key = address.rsplit("/", 1)[1]
    assert (await desk.post(f"{own}/pictures/{key}/removal")).status_code == 303
    assert (await (await line.browser()).get(address)).status_code == 404


async def test_the_share_card_is_a_picture_of_the_right_size(line: Line) -> None:
    campaign = await line.campaign(title={"en": "夜 𠮷", "zh-Hans": "为深夜多开一条线 𠮷"})
    for address in ("card.png", f"{campaign.slug}/card.png", f"{campaign.slug}/card.png?lang=zh-Hans"):
        answer: httpx.Response = await (await line.browser()).get(f"/h/{line.slug}/give/{address}")
        assert answer.headers["content-type"] == "image/png"
        with Image.open(io.BytesIO(answer.content)) as card:
            assert card.size == (1200, 630)


async def test_the_widget_may_stand_in_any_page_and_leads_to_the_donation_page(line: Line) -> None:
    campaign = await line.campaign()
    answer = await (await line.browser()).get(f"/h/{line.slug}/give/widget?campaign={campaign.slug}")
    assert "frame-ancestors *" in answer.headers["content-security-policy"]
    assert 'target="_blank"' in answer.text
    page = await (await line.browser()).get(f"/h/{line.slug}/give/{campaign.slug}")
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]

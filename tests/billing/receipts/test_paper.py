"""The papers: PDF that says what each part of it is, in both languages, with every sign that a name may have."""

import io
from datetime import date
from typing import Any

import pytest
from fontTools.ttLib import TTFont
from pypdf import PdfReader
from pypdf.generic import DictionaryObject, IndirectObject

from billing.money import Money
from billing.printing.fonts import FILES, _package, composed, printable, signs, unprintable
from billing.printing.ink import ink
from billing.receipts.facts import facts_of
from billing.receipts.paper.official import official
from billing.receipts.paper.printing import receipt_pdf, year_pdf
from billing.receipts.service import keep_official_number, replace, void
from billing.receipts.years import year_of
from infra.database import Session
from infra.scope import current_tenant
from infra.storage import store
from infra.vault import unseal
from tests.billing.receipts.given import at, receipt_for
from tests.world import Hotline


def _parts(node: Any) -> list[str]:
    """The kinds of a structure tree's elements, in reading order."""
    node = node.get_object() if isinstance(node, IndirectObject) else node
    if isinstance(node, list):
        return [part for child in node for part in _parts(child)]
    if not isinstance(node, DictionaryObject):
        return []
    own = [str(node["/S"])] if "/S" in node else []
    return own + _parts(node.get("/K", []))


def _read(data: bytes) -> tuple[PdfReader, str, list[str]]:
    reader = PdfReader(io.BytesIO(data))
    catalog: Any = reader.trailer["/Root"]
    return reader, "\n".join(page.extract_text() for page in reader.pages), _parts(catalog["/StructTreeRoot"])


@pytest.mark.parametrize(("tag", "lang"), [("en", "en"), ("zh-Hans", "zh-CN")])
async def test_a_receipt_is_a_tagged_pdf_for_everybody(line: Hotline, tag: str, lang: str) -> None:
    async with at(line.tenant) as session:
        row = await receipt_for(session, language=tag, series="A")
        reader, text, parts = _read(await receipt_pdf(session, row))
    catalog: Any = reader.trailer["/Root"]
    assert catalog["/Lang"] == lang
    assert catalog["/MarkInfo"]["/Marked"]
    assert catalog["/ViewerPreferences"]["/DisplayDocTitle"]
    assert reader.metadata is not None
    assert row.label in str(reader.metadata.title)
    assert b"pdfuaid:part" in catalog["/Metadata"].get_data()
    assert parts[0] == "/Document"
    assert parts.count("/H1") == 1
    assert "128.00" in text
    assert row.label in text


async def test_a_name_is_printed_with_its_rare_signs(line: Hotline) -> None:
    async with at(line.tenant) as session:
        row = await receipt_for(session, name="𠮷田 䶮 Łucja Nguyễn")
        assert not row.unprintable
        _reader, text, _ = _read(await receipt_pdf(session, row))
    assert "𠮷" in text
    assert "[U+" not in text


def test_what_counts_as_printable_is_what_the_fonts_can_draw() -> None:
    drawn: set[int] = set()
    for name, file in FILES:
        with TTFont(_package(name) / file, fontNumber=0) as font:
            outlines = font.getGlyphSet()
            cmap = font.getBestCmap()
            drawn |= {code for code in map(ord, "𠮷䶮龘é¥€£Łễ元Ж") if code in cmap and cmap[code] in outlines}
            assert all(cmap.get(code) != ".notdef" for code in cmap)
    assert drawn == set(map(ord, "𠮷䶮龘é¥€£Łễ元Ж"))
    assert drawn <= signs()


@pytest.mark.parametrize(
    ("name", "lost"),
    [
        ("𠮷田", []),
        ("e\u0301lan", []),  # an accent of its own becomes one letter with it
        ("葛\U000e0100城", []),  # a selector chooses among drawings
        ("神\ufa19", []),  # a compatibility ideograph is a sign of its own
        ("محمد", ["م", "ح", "د"]),
        ("A😀", ["😀"]),
        ("\ue000", ["\ue000"]),  # somebody's private sign
    ],
)
def test_a_sign_without_a_drawing_is_found_before_printing(name: str, lost: list[str]) -> None:
    assert unprintable(name) == lost
    assert unprintable(printable(name)) == []
    assert composed("\ufa19") == "\ufa19"


async def test_a_sign_without_a_drawing_stands_as_its_number_and_the_paper_says_so(line: Hotline) -> None:
    async with at(line.tenant) as session:
        row = await receipt_for(session, name="Mo 😀")
        assert row.unprintable
        _reader, text, _ = _read(await receipt_pdf(session, row))
        assert (await facts_of(session, row.sealed)).name == "Mo 😀"
    assert "Mo [U+1F600]" in text
    assert "can't be printed here" in " ".join(text.split())


async def test_what_ended_a_receipt_stands_on_it_and_its_replacement_names_it(line: Hotline) -> None:
    async with at(line.tenant) as session:
        old = await receipt_for(session, series="B")
        before = await receipt_pdf(session, old)
        new = await replace(session, old.id, "The name was misspelt", name="Łucja 𠮷田")
        _r, said, _ = _read(await receipt_pdf(session, old))
        _r, instead, _ = _read(await receipt_pdf(session, new))
        await void(session, new.id, "Given back")
        _r, gone, _ = _read(await receipt_pdf(session, new))
    assert b"misspelt" not in before
    assert "Replaced by B-000002" in said
    assert "The name was misspelt" in said
    assert "Instead of" in instead
    assert "B-000001" in instead
    assert "Void since" in gone
    assert "Given back" in gone


async def test_a_receipt_says_which_paper_the_law_asks_for_and_carries_its_number(line: Hotline) -> None:
    async with at(line.tenant) as session:
        row = await receipt_for(session, language="zh-Hans")
        _r, without, _ = _read(await receipt_pdf(session, row))
        await keep_official_number(session, row.id, " 310000 0012345678 ")
        _r, text, _ = _read(await receipt_pdf(session, row))
    assert "不是公益事业捐赠票据" in "".join(without.split())
    assert "310000 0012345678" not in without
    assert "310000 0012345678" in text


@pytest.mark.parametrize("country", ["CN", "GB", "DE", "FR", "CA", "US", "KR", "AQ"])
def test_each_country_is_written_in_both_languages_and_says_where_from(country: str) -> None:
    law = official(country)
    for text in (law.note, law.number or {"en": "none", "zh-Hans": "无"}):
        assert set(text) == {"en", "zh-Hans"}
        assert unprintable("".join(text.values())) == []
    assert law.source or country == "AQ"


async def test_simulated_gifts_get_receipts_that_say_so_and_cash_is_real_everywhere(line: Hotline) -> None:
    async with at(line.tenant) as session:
        _r, card, _ = _read(await receipt_pdf(session, await receipt_for(session, method="card")))
        _r, cash, _ = _read(await receipt_pdf(session, await receipt_for(session, method="cash")))
    assert "Simulated" in card
    assert "Simulated" not in cash


async def test_a_paper_is_kept_sealed_and_set_anew_when_it_says_something_else(line: Hotline) -> None:
    async with at(line.tenant) as session:
        row = await receipt_for(session)
        first = await receipt_pdf(session, row)
        kept = await _kept(session, row.id)
        assert [await unseal(session, blob) for blob in kept.values()] == [first]
        assert not any(b"%PDF" in blob for blob in kept.values())
        assert await receipt_pdf(session, row) == first
        await void(session, row.id, "Given back")
        assert await receipt_pdf(session, row) != first
        assert len(await _kept(session, row.id)) == 1
        assert kept.keys().isdisjoint(await _kept(session, row.id))


async def _kept(session: Session, key: object) -> dict[str, bytes]:
    return {name: await store().get(name) for name in await store().keys(f"receipts/{current_tenant()}/{key}")}


async def test_a_year_lists_what_stands_and_adds_it_up_by_currency(line: Hotline) -> None:
    donor = {"email": "year@example.org", "language": "en"}
    async with at(line.tenant) as session:
        await receipt_for(session, **donor, money=Money(10_000, "CNY"))
        await receipt_for(session, **donor, money=Money(5_050, "CNY"), given_on=date(2026, 12, 31))
        await receipt_for(session, **donor, money=Money(700, "GBP"))
        await receipt_for(session, **donor, money=Money(99_900, "CNY"), given_on=date(2025, 12, 31))
        gone = await receipt_for(session, **donor, money=Money(77_700, "CNY"))
        await void(session, gone.id, "Given back")
        await receipt_for(session, email="other@example.org", money=Money(88_800, "CNY"))
        assert gone.donor_hash
        row = await year_of(session, gone.donor_hash, 2026)
        reader, text, parts = _read(await year_pdf(session, row))
    assert "150.50" in text
    assert "7.00" in text
    assert not any(amount in text for amount in ("999.00", "777.00", "888.00"))
    assert parts.count("/TH") == 4
    assert parts.count("/TD") == 12
    assert reader.metadata is not None
    assert reader.metadata.title == "Gifts in 2026"


async def test_a_long_year_repeats_its_head_and_numbers_its_pages(line: Hotline) -> None:
    async with at(line.tenant) as session:
        rows = [await receipt_for(session, email="often@example.org", series="L") for _ in range(60)]
        assert rows[0].donor_hash
        reader, text, _ = _read(await year_pdf(session, await year_of(session, rows[0].donor_hash, 2026)))
    assert len(reader.pages) > 1
    assert f"1 / {len(reader.pages)}" in text


@pytest.mark.parametrize("brand", ["#ffd400", "#1d6b63", "#ffffff", "#000000", "#f5a9b8"])
def test_the_ink_can_be_read_on_white_whatever_the_brand(brand: str) -> None:
    made = ink(brand)
    channels = [int(made[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in channels]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    assert 1.05 / (luminance + 0.05) >= 4.45  # WCAG 2.2, 1.4.3, less what rounding to eight bits takes

"""One brand colour, whatever it is, becomes a look that can be read in light and in dark."""

import re
import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from themes.grounds import GROUNDS, Scheme, Tone
from themes.palette import AA_SHAPE, AA_TEXT, contrast, palette
from themes.stylesheet import Theme, properties, stylesheet

TOKENS = Path(__file__).parents[2] / "themes" / "static" / "css" / "tokens.css"
GROUND_KEYS = sorted(GROUNDS)
colours = st.integers(0, 0xFFFFFF).map(lambda value: f"#{value:06x}")


@settings(max_examples=60, deadline=None)
@given(brand=colours, ground=st.sampled_from(GROUND_KEYS))
def test_every_colour_can_be_read_as_button_link_and_focus(brand: str, ground: tuple[Tone, Scheme]) -> None:
    tone, scheme = ground
    look, under = palette(brand, scheme, tone), GROUNDS[ground]
    assert contrast(look.on_accent, look.accent) >= AA_TEXT
    assert contrast(look.on_accent, look.accent_strong) >= AA_TEXT
    for surface in (*under.surfaces, look.accent_soft):
        assert contrast(look.accent_ink, surface) >= AA_TEXT
        assert contrast(look.focus, surface) >= AA_SHAPE
        assert contrast(under.ink, surface) >= AA_TEXT
    for surface in under.surfaces:
        assert contrast(look.accent_edge, surface) >= AA_SHAPE


@pytest.mark.parametrize("brand", ["#000000", "#ffffff", "#808080", "#ffff00", "#0000ff", "#ff0000", "#00ff00"])
@pytest.mark.parametrize("ground", GROUND_KEYS)
def test_the_corners_of_the_colour_cube_hold_too(brand: str, ground: tuple[Tone, Scheme]) -> None:
    test_every_colour_can_be_read_as_button_link_and_focus.hypothesis.inner_test(brand, ground)  # type: ignore[attr-defined]


@pytest.mark.parametrize("brand", ["#7a3e9d", "#1f5fa8", "#1d6b63"])
def test_a_readable_brand_colour_is_kept_as_it_is(brand: str) -> None:
    assert palette(brand, "light").accent == brand


@pytest.mark.parametrize("ground", GROUND_KEYS)
def test_inks_and_lines_stand_on_every_paper(ground: tuple[Tone, Scheme]) -> None:
    under = GROUNDS[ground]
    for surface in under.surfaces:
        assert contrast(under.ink, surface) >= 7
        assert contrast(under.ink_soft, surface) >= AA_TEXT
    assert contrast(under.line_strong, under.paper) >= AA_SHAPE
    assert contrast(under.line_strong, under.sheet) >= AA_SHAPE


def declared(block: str) -> dict[str, str]:
    return dict(re.findall(r"(--[a-z-]+): (#[0-9a-f]{6});", block))


def blocks() -> dict[str, dict[str, str]]:
    text = TOKENS.read_text(encoding="utf-8")
    light, _, rest = text.partition("@media (prefers-color-scheme: dark)")
    by_system, _, chosen = rest.partition(':root[data-scheme="light"]')
    return {"light": declared(light), "dark": declared(by_system), "dark, chosen": declared(chosen)}


def test_the_shared_tokens_are_the_default_theme() -> None:
    written = blocks()
    assert written["dark"] == written["dark, chosen"]
    for scheme in ("light", "dark"):
        derived = properties(Theme(), scheme)
        assert {name: written[scheme][name] for name in derived} == derived


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("kind", ["good", "warn", "bad", "info"])
@pytest.mark.parametrize("tone", ["warm", "cool", "plain"])
def test_good_and_bad_news_can_be_read_on_every_paper(scheme: Scheme, kind: str, tone: Tone) -> None:
    written, under = blocks()[scheme], GROUNDS[tone, scheme]
    news = written[f"--{kind}"]
    for surface in (*under.surfaces, written[f"--{kind}-soft"]):
        assert contrast(news, surface) >= AA_TEXT
    assert contrast(under.ink, written[f"--{kind}-soft"]) >= AA_TEXT


def test_words_on_a_danger_button_can_be_read() -> None:
    for written in blocks().values():
        assert contrast(written["--bad"], written["--on-bad"]) >= AA_TEXT


def test_a_theme_is_only_data_and_large_text_enlarges_everything() -> None:
    text = stylesheet(Theme(brand="#A8501F", text_size="large"))
    assert text.startswith("@layer tokens{:root{font-size:118.75%}")
    assert text.count("{") == text.count("}")
    assert len(text) < 2500


@pytest.mark.parametrize("brand", ["red", "#12345", "#1234567", "#12345g", "url(x)", "#fff;}body{}"])
def test_what_is_not_a_colour_never_reaches_a_stylesheet(brand: str) -> None:
    with pytest.raises(ValueError, match="brand"):
        Theme(brand=brand)


KITS = Path(__file__).parents[2] / "provisioning" / "kits"


@pytest.mark.parametrize("path", sorted(KITS.glob("*/theme.toml")), ids=lambda path: path.parent.name)
def test_a_kits_theme_is_data_the_stylesheet_understands(path: Path) -> None:
    assert "--accent:" in stylesheet(Theme(**tomllib.loads(path.read_text(encoding="utf-8"))))

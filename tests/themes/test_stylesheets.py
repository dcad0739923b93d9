"""Stylesheets stay small, layered, ours alone, and speak in tokens."""

import re
from pathlib import Path

import pytest

CSS = Path(__file__).parents[2] / "themes" / "static" / "css"
SHARED = sorted(CSS.glob("*.css"))
EVERY = sorted(CSS.rglob("*.css"))
PUBLIC = [CSS / f"{name}.css" for name in ("tokens", "base", "controls", "public")]
LAYERS = ("reset", "tokens", "base", "layout", "components", "pages", "utilities")


def test_all_shared_styles_are_under_30_kb_and_a_callers_under_25() -> None:
    assert sum(path.stat().st_size for path in SHARED) < 30_000
    assert sum(path.stat().st_size for path in PUBLIC) < 25_000


def test_the_first_stylesheet_sets_the_order_of_layers() -> None:
    text = (CSS / "tokens.css").read_text(encoding="utf-8")
    assert f"@layer {', '.join(LAYERS)};" in text


@pytest.mark.parametrize("path", EVERY, ids=lambda path: path.name)
def test_every_rule_stands_in_a_layer(path: Path) -> None:
    text = re.sub(r"/\*.*?\*/", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert text.count("{") == text.count("}")
    depth, opening, top = 0, "", []
    for char in text:
        if char == "{" and depth == 0:
            top.append(opening.strip())
            opening = ""
        depth += (char == "{") - (char == "}")
        opening = opening + char if depth == 0 and char not in "}" else opening
        if char == ";" and depth == 0:
            opening = ""
    assert top
    for rule in top:
        assert rule.removeprefix("@layer ") in LAYERS, rule


@pytest.mark.parametrize("path", EVERY, ids=lambda path: path.name)
def test_no_style_asks_another_site_for_anything(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"@import|url\(\s*['\"]?(https?:|//)", text)


@pytest.mark.parametrize("path", [path for path in EVERY if path.name != "tokens.css"], ids=lambda path: path.name)
def test_colours_come_from_tokens_and_every_token_exists(path: Path) -> None:
    text = re.sub(r"/\*.*?\*/", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert not re.search(r"#[0-9a-f]{3,8}\b(?=[;\s,)])|\brgba?\(|\bhsla?\(|\boklch\(", text), "a colour of its own"
    known = set(re.findall(r"(--[a-z0-9-]+)\s*:", (CSS / "tokens.css").read_text(encoding="utf-8") + text))
    assert set(re.findall(r"var\((--[a-z0-9-]+)", text)) <= known


@pytest.mark.parametrize("path", EVERY, ids=lambda path: path.name)
def test_layout_is_logical_so_that_a_script_may_run_another_way(path: Path) -> None:
    physical = r"[\s;{](margin|padding|border)-(left|right|top|bottom)\b|[\s;{](left|right|top|bottom)\s*:"
    assert not re.search(physical, path.read_text(encoding="utf-8"))

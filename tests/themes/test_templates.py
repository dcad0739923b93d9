"""Every template of the house parses, and none carries script, style or handlers inline."""

import re
from pathlib import Path

import pytest

from infra.web.pages import environment
from tests.themes.conftest import Draw

ROOT = Path(__file__).parents[2]
TEMPLATES = sorted(
    path
    for folder in ("themes", "tenants", "provisioning", "billing", "platform")
    for path in (ROOT / folder).glob("**/templates/**/*.html")
)
COMMENT = re.compile(r"\{#.*?#\}", re.DOTALL)
JINJA = re.compile(r"\{[%{].*?[%}]\}", re.DOTALL)
INLINE = {
    "a style attribute": re.compile(r"<[a-z][^>]*\sstyle\s*=", re.IGNORECASE),
    "a style element": re.compile(r"<style[\s>]", re.IGNORECASE),
    "an event handler": re.compile(r"<[a-z][^>]*\son[a-z]+\s*=", re.IGNORECASE),
    "hx-on": re.compile(r"\shx-on[:-]", re.IGNORECASE),
    "a javascript: address": re.compile(r"javascript:", re.IGNORECASE),
    "something from another site": re.compile(
        r"<(?:script|img|iframe|audio|video|source|link)[^>]*\s(?:src|href)\s*=\s*[\"'](?:https?:)?//", re.IGNORECASE
    ),
}
SCRIPT = re.compile(r"<script(?P<attributes>[^>]*)>", re.IGNORECASE)
names = pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))


def markup(path: Path) -> str:
    """The template's HTML, with Jinja's own parts blanked."""
    return JINJA.sub("_", COMMENT.sub("", path.read_text(encoding="utf-8")))


@names
def test_a_template_parses_and_says_what_it_is_for(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    environment.parse(text)
    assert text.startswith("{#"), "opens with one sentence saying what it is for"


@names
def test_a_template_carries_nothing_inline(path: Path) -> None:
    for what, pattern in INLINE.items():
        assert not pattern.search(markup(path)), what
    for found in SCRIPT.finditer(markup(path)):
        attributes = found["attributes"]
        data = 'type="application/json"' in attributes or 'type="importmap"' in attributes
        assert "src=" in attributes or data, found[0]


@names
def test_a_template_shouts_at_nobody(path: Path) -> None:
    said = re.findall(r"""_\(\s*(["'])(.*?)\1""", path.read_text(encoding="utf-8"))
    assert not [words for _, words in said if "!" in words]


@pytest.mark.parametrize("status", [401, 403, 404, 409, 413, 418, 422, 429, 500, 503])
def test_an_error_says_what_happened(draw: Draw, status: int) -> None:
    page = draw("error.html", message="The number is taken.", status=status)
    assert '<p class="lead">The number is taken.</p>' in page
    assert page.count("<h1>") == 1


def test_an_error_on_a_hotlines_page_keeps_the_way_out_and_not_our_name(draw: Draw) -> None:
    page = draw("error.html", path="/h/dawn/call", message="This line is closed.", status=404)
    assert "data-quick-exit" in page
    assert "Hark" not in page


def test_markup_in_data_is_text(draw: Draw) -> None:
    assert "<b>" not in draw("error.html", message="<b>bold</b>", status=422)

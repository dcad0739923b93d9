"""Icons come from one kept set, take the colour of the text, and a misprint in a name is an error."""

import re
from pathlib import Path

import pytest

from themes.icons import UnknownIconError, icon

ROOT = Path(__file__).parents[2]
TEMPLATES = [path for path in ROOT.glob("**/templates/**/*.html") if ".venv" not in path.parts]
NAMED = re.compile(r"""\bicon(?:_name)?(?:\(|=)\s*["']([a-z0-9-]+)["']""")


def test_an_icon_beside_words_is_silent_and_takes_their_colour() -> None:
    drawn = icon("phone")
    assert drawn.startswith('<svg class="icon" aria-hidden="true"')
    assert 'stroke="currentColor"' in drawn
    assert "<path" in drawn
    assert "xmlns" not in drawn


def test_an_icon_that_stands_alone_says_what_it_is() -> None:
    assert 'role="img" aria-label="Mute &lt;me&gt;"' in icon("mic-off", "Mute <me>")


@pytest.mark.parametrize("name", ["phoney-mcphone", "", "../package", "Phone", "phone.svg", "a/b"])
def test_an_unknown_icon_is_an_error(name: str) -> None:
    with pytest.raises(UnknownIconError):
        icon(name)


def test_every_icon_named_in_a_template_exists() -> None:
    named = {(name, path.name) for path in TEMPLATES for name in NAMED.findall(path.read_text(encoding="utf-8"))}
    assert len(named) > 20
    for name, _where in sorted(named):
        icon(name)

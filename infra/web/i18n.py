"""Languages: one folder of translations each, the visitor's choice in a context variable."""

import gettext as gnu
import io
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

from babel import Locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from starlette.requests import HTTPConnection

LANGUAGES: dict[str, str] = {"en": "English"}
"""Language tag (BCP 47) → its own name; English is the source, further ones come from `load`."""

_catalogs: dict[str, gnu.NullTranslations] = {"en": gnu.NullTranslations()}
_language: ContextVar[str] = ContextVar("language", default="en")


def load(folder: Path) -> None:
    """Read every `<tag>/hark.po` below `folder`; nothing compiled is kept, so nothing can be stale."""
    for path in sorted(folder.glob("*/hark.po")):
        tag = path.parent.name
        with path.open("rb") as file:
            catalog = read_po(file, locale=tag.replace("-", "_"))
        compiled = io.BytesIO()
        write_mo(compiled, catalog)
        compiled.seek(0)
        _catalogs[tag] = gnu.GNUTranslations(compiled)
        LANGUAGES[tag] = Locale.parse(tag, sep="-").language_name or tag
    if "zh-Hans" in LANGUAGES:
        LANGUAGES["zh-Hans"] = "简体中文"


def language() -> str:
    """The language in which we are speaking now."""
    return _language.get()


@contextmanager
def speaking(tag: str) -> Iterator[None]:
    """Speak another language inside the block (a letter in its reader's language)."""
    token = _language.set(tag if tag in _catalogs else "en")
    try:
        yield
    finally:
        _language.reset(token)


def gettext(message: str, **params: object) -> str:
    """The message in the current language, its `%(name)s` places filled."""
    said = _catalogs[_language.get()].gettext(message)
    return said % params if params else said


def ngettext(one: str, many: str, n: int, **params: object) -> str:
    """The right plural for `n`."""
    return _catalogs[_language.get()].ngettext(one, many, n) % {"n": n, "num": n, **params}


def negotiate(accept: str, offered: list[str]) -> str:
    """The first language of an Accept-Language header (RFC 9110) that is offered, else the first offered."""
    wanted = []
    for part in accept.lower().split(","):
        tag, _, quality = part.replace(" ", "").partition(";q=")
        try:
            wanted.append((float(quality or 1), tag))
        except ValueError:
            continue
    for liking, tag in sorted(wanted, key=lambda item: -item[0]):
        kin = [candidate for candidate in offered if candidate.lower().split("-")[0] == tag.split("-")[0]]
        if kin and liking > 0:
            return next((candidate for candidate in kin if candidate.lower() == tag), kin[0])
    return offered[0]


def languages_offered() -> list[str]:
    """Every language that Hark speaks."""
    return list(LANGUAGES)


def chosen(connection: HTTPConnection) -> str:
    """The visitor's language: asked for in the address, else remembered, else what the browser prefers."""
    for tag in (connection.query_params.get("lang"), connection.cookies.get("lang")):
        if tag in LANGUAGES:
            return str(tag)
    return negotiate(connection.headers.get("accept-language", ""), languages_offered())

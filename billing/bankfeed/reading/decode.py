"""The text of a file, whatever its signs are written in."""

import codecs

from charset_normalizer import from_bytes

from billing.bankfeed.reading.words import ROLES
from infra.errors import Invalid, _

ENCODINGS = ("utf-8", "utf-16", "gb18030", "big5", "cp1252", "iso8859_1")
"""Those that banks' files are in, as Python calls them."""
_OLD = ("gb18030", "big5", "cp1252")
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_OTHERS = (b"PK\x03\x04", b"%PDF", b"\xd0\xcf\x11\xe0", b"{\\rtf", b"<?xml", b"<html", b"<!DOCTYPE")


def decode(data: bytes, encoding: str = "") -> tuple[str, str]:
    """The text and what it was written in. Raises Invalid for what is no text, or not in the encoding asked for."""
    if data.startswith(_OTHERS):
        raise Invalid(_("This is no CSV file. In your bank's pages, choose CSV when you save the statement."))
    if encoding:
        try:
            return data.decode("utf-8-sig" if encoding == "utf-8" else encoding), encoding
        except (UnicodeDecodeError, LookupError):
            raise Invalid(_("The file isn't written in this encoding."), field="encoding") from None
    for mark, name in _MARKS:
        if data.startswith(mark):
            return _strictly(data, name), name.removesuffix("-sig")
    if b"\0" in data[:400]:
        return _strictly(data, "utf-16-be" if data[:1] == b"\0" else "utf-16-le"), "utf-16"
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        return _old(data)


def _strictly(data: bytes, name: str) -> str:
    try:
        return data.decode(name)
    except UnicodeDecodeError:
        raise Invalid(_("This file is damaged: its signs can't be read.")) from None


def _old(data: bytes) -> tuple[str, str]:
    """From before Unicode: what banks call their columns tells more than statistics over a few lines of names."""
    read: dict[str, str] = {}
    for name in _OLD:
        try:
            read[name] = data.decode(name)
        except UnicodeDecodeError:
            continue
    found = {name: _known(text) for name, text in read.items()}
    best = max(found, key=lambda name: found[name], default="")
    if best and found[best]:
        return read[best], best
    guess = from_bytes(data, cp_isolation=[*read, "iso8859_1"]).best()
    if guess is not None and guess.encoding in read:
        return read[guess.encoding], guess.encoding
    return data.decode("iso8859_1"), "iso8859_1"


def _known(text: str) -> int:
    """How many names of columns that aren't plain ASCII stand in the first lines."""
    head = text[:3000].casefold()
    return sum(word in head for words in ROLES.values() for word in words if not word.isascii())

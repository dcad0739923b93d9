"""The press: sets a paper's layout (a .typ file) with its data, as PDF that says what each part of it is (PDF/UA-1)."""

import asyncio
import json
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import typst

from billing.printing.fonts import FAMILIES, folders

ROOT = Path(__file__).parent.parent
"""Layouts may include files from here down and from nowhere else; they have no way to the network."""
_ONE_AT_A_TIME = asyncio.Semaphore(1)


@lru_cache(maxsize=1)
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[*folders()])


async def pdf(layout: Path, data: Mapping[str, Any], *, made_at: datetime) -> bytes:
    """The paper as PDF. `data` is plain (what JSON can say) and reaches the layout as values, never as markup; its
    `language` is a BCP 47 tag. The same data and `made_at` (UTC) give the same bytes. Takes some 10 ms in a
    thread, the first in a process 0.2 s. Raises typst.TypstError where the layout is wrong, or a text has a sign
    without a drawing (see `printable`).
    """
    async with _ONE_AT_A_TIME:  # a thousand statements must leave a processor free for calls
        return await asyncio.to_thread(_set, layout, dict(data), made_at)


def _set(layout: Path, data: dict[str, Any], made_at: datetime) -> bytes:
    script, _, region = data["language"].replace("Hans", "CN").replace("Hant", "TW").partition("-")
    given = {"families": list(FAMILIES), "lang": script, "region": region or None, **data}
    compiler = typst.Compiler(
        layout, root=ROOT, font_paths=_fonts(), ignore_system_fonts=True, sys_inputs={"data": json.dumps(given)}
    )
    made = compiler.compile(format="pdf", pdf_standards=["1.7", "ua-1"], timestamp=int(made_at.timestamp()))
    assert isinstance(made, bytes), "one document without a place to go is returned"
    return made

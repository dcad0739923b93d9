"""Writes one organisation's look as a stylesheet of custom properties, laid over the shared tokens."""

from dataclasses import asdict
from functools import lru_cache
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from themes.grounds import GROUNDS, Scheme, Tone
from themes.palette import palette

LARGE_TEXT = "118.75%"


class Theme(BaseModel):
    """What an organisation or a starter kit (`theme.toml`) says about its look."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    brand: str = Field(default="#1d6b63", pattern=r"^#[0-9a-fA-F]{6}$")
    text_size: Literal["normal", "large"] = "normal"
    tone: Tone = "warm"


def properties(theme: Theme, scheme: Scheme) -> dict[str, str]:
    """Custom property → value, for one scheme."""
    values = asdict(GROUNDS[theme.tone, scheme]) | asdict(palette(theme.brand.lower(), scheme, theme.tone))
    return {f"--{name.replace('_', '-')}": value for name, value in values.items()}


@lru_cache(maxsize=1024)
def stylesheet(theme: Theme) -> str:
    """The text of `/h/{slug}/theme.css`: about 1.5 KB, the same for the same theme."""
    light, dark = (_block(properties(theme, scheme)) for scheme in ("light", "dark"))
    size = f":root{{font-size:{LARGE_TEXT}}}" if theme.text_size == "large" else ""
    return (
        f"@layer tokens{{{size}:root{{{light}}}"
        f'@media (prefers-color-scheme:dark){{:root:not([data-scheme="light"]){{{dark}}}}}'
        f':root[data-scheme="dark"]{{{dark}}}}}\n'
    )


def _block(values: dict[str, str]) -> str:
    return ";".join(f"{name}:{value}" for name, value in values.items())

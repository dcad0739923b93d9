"""What the law of the receiver's country calls its own receipt, and what ours says about it."""

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from tenants.texts import Text, say


@dataclass(frozen=True, slots=True)
class Official:
    """`name` of the law's own receipt, `note` that ours carries, `number`: what the other's number is called, empty
    where there is none to keep. Each by language. `source` is the law."""

    name: Text
    note: Text
    source: str
    number: Text

    def note_in(self, language: str) -> str:
        """What our receipt says about the other one."""
        return say(self.note, language)

    def number_in(self, language: str) -> str:
        """What the other's number is called; "" where it has none."""
        return say(self.number, language)


@lru_cache(maxsize=1)
def _all() -> dict[str, Official]:
    read = tomllib.loads(Path(__file__).with_name("official.toml").read_text())
    return {
        country: Official(entry["name"], entry["note"], entry["source"], entry.get("number", {}))
        for country, entry in read.items()
    }


def official(country: str) -> Official:
    """What there is to say for a receiver in this country (ISO 3166 alpha-2)."""
    return _all().get(country.upper(), _all()["other"])

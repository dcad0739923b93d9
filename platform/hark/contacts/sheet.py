"""What is written on a contact, and how what several tabs wrote comes together. Pure; sealed as JSON by the service.

Every field remembers the revision, the tab and the person that wrote it last. A change is told with the revision that
its tab has seen. It conflicts only where another tab wrote the same field since then, differently; a doubled or late
message of the same tab is known by its count and changes nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self
from uuid import UUID

from pydantic import BaseModel, Field


class Trace(BaseModel):
    """Who wrote a field last: at which revision, in which tab as which of its messages."""

    revision: int
    tab: str
    count: int
    member: UUID


class Sheet(BaseModel):
    """`submitted` is the revision at which the record was last handed in."""

    answers: dict[str, Any] = Field(default_factory=dict)
    traces: dict[str, Trace] = Field(default_factory=dict)
    submitted: int = 0

    def dump(self) -> bytes:
        """The bytes to seal."""
        return self.model_dump_json().encode()

    @classmethod
    def read(cls, raw: bytes) -> Self:
        """What `dump` wrote."""
        return cls.model_validate_json(raw)

    def since(self, revision: int) -> list[str]:
        """The fields that were written after a revision."""
        return [name for name, trace in self.traces.items() if trace.revision > revision]


@dataclass(frozen=True, slots=True)
class Change:
    """What one tab says: the values that it changed, and the revision it had seen when it did."""

    values: Mapping[str, Any]
    seen: int
    tab: str
    count: int
    member: UUID


@dataclass(slots=True)
class Merged:
    """The sheet after a change. `conflicts`: the names left as they were; `news`: what this tab hasn't seen yet."""

    sheet: Sheet
    revision: int
    applied: list[str] = field(default_factory=list)
    conflicts: list[str] = field(default_factory=list)
    news: list[str] = field(default_factory=list)


def _empty(value: Any) -> bool:
    return value in (None, "", [])


def same(one: Any, other: Any) -> bool:
    """Whether two answers mean the same; nothing written yet and an emptied field do."""
    return one == other or (_empty(one) and _empty(other))


def merge(sheet: Sheet, revision: int, change: Change) -> Merged:
    """Write a change onto a sheet that stands at `revision`."""
    merged = Merged(sheet.model_copy(deep=True), revision)
    for name, value in change.values.items():
        trace = sheet.traces.get(name)
        mine = trace is not None and bool(change.tab) and trace.tab == change.tab
        if (mine and trace is not None and change.count <= trace.count) or same(sheet.answers.get(name), value):
            continue
        if trace is not None and not mine and trace.revision > change.seen:
            merged.conflicts.append(name)
            continue
        merged.sheet.answers[name] = value
        merged.applied.append(name)
    if merged.applied:
        merged.revision += 1
    for name in merged.applied:
        merged.sheet.traces[name] = Trace(
            revision=merged.revision, tab=change.tab, count=change.count, member=change.member
        )
    merged.news = [
        name
        for name in sheet.since(change.seen)
        if sheet.traces[name].tab != change.tab or not change.tab
        if name not in merged.conflicts and name not in merged.applied
    ]
    return merged

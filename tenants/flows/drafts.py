"""Changing a flow: its words and times as a draft, published when it is fit for callers, and the way back."""

import hashlib
import json
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import func
from sqlmodel import col, select

from infra.database import Session
from infra.errors import Conflict, NotFound
from tenants.flows.document import Flow, dump, parse
from tenants.flows.lint import Finding, fit, lint
from tenants.flows.models import FlowRow, FlowVersion
from tenants.flows.nodes import Node, Queue, Ring
from tenants.flows.service import publish
from tenants.members.models import Team
from tenants.rosters.models import CalendarRow
from tenants.texts import Text

NUMBERS = ("seconds", "tries", "seconds_each", "max_seconds", "announce_every")
"""The times and counts of a node that may be changed."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A flow as it stands: what callers meet, and the draft of what they shall meet, if any."""

    row: FlowRow
    published: FlowVersion | None
    draft: FlowVersion | None

    @property
    def newest(self) -> FlowVersion:
        """The draft, else what is published. Raises NotFound where there is neither."""
        version = self.draft or self.published
        if version is None:
            raise NotFound
        return version


async def standing(session: Session, flow: UUID, *, lock: bool = False) -> Standing:
    """How a flow stands; with `lock`, nobody else changes it until we are done. Raises NotFound."""
    found = select(FlowRow).where(FlowRow.id == flow)
    row = (await session.exec(found.with_for_update() if lock else found)).one_or_none()
    if row is None:
        raise NotFound
    versions = select(FlowVersion).where(FlowVersion.flow_id == flow, col(FlowVersion.status) != "retired")
    by_status = {version.status: version for version in await session.exec(versions)}
    return Standing(row, by_status.get("published"), by_status.get("draft"))


async def findings(session: Session, flow: Flow, language: str = "en") -> list[Finding]:
    """What lint says about a flow among this hotline's calendars and teams."""
    calendars = set(await session.exec(select(CalendarRow.name)))
    teams = set(await session.exec(select(Team.key)))
    return lint(flow, calendars=calendars, teams=teams, language=language)


def mark(flow: Flow, node: str) -> str:
    """A short sign of how a node stands, by which an editor's page is found to be out of date."""
    content = flow.nodes[node].model_dump(mode="json")
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:16]


def texts_of(node: Node) -> dict[str, Text]:
    """Every text of a node that may be written, by its path: "label", "text", "options.1.label"."""
    texts = {"label": node.label, **dict(node.texts())}
    if isinstance(node, Ring | Queue):
        texts.setdefault("text", node.text)
    return texts


def numbers_of(node: Node) -> dict[str, int | None]:
    """Every time and count of a node that may be changed."""
    return {name: getattr(node, name) for name in NUMBERS if hasattr(node, name)}


async def edit(
    session: Session,
    flow: UUID,
    node: str,
    *,
    texts: Mapping[str, Text],
    numbers: Mapping[str, int | None],
    seen: str,
    author: UUID,
) -> FlowVersion:
    """Write a node's texts and times into the draft, begun from what is published if there was none.

    Raises NotFound, Conflict when a colleague changed this node since `seen`, BadFlow for a value that no node takes.
    """
    stands = await standing(session, flow, lock=True)
    before = parse(stands.newest.document)
    if node not in before.nodes:
        raise NotFound
    if mark(before, node) != seen:
        raise Conflict("A colleague changed this step while you were writing. Yours is below; theirs is beside it.")
    document = deepcopy(stands.newest.document)
    content = document["nodes"][node]
    held = texts_of(before.nodes[node])
    for path, text in texts.items():
        whole = {**held.get(path, {}), **text}  # a language that the page didn't show stays
        _put(content, path, {language: words.strip() for language, words in whole.items() if words.strip()})
    content.update({name: number for name, number in numbers.items() if number is not None})
    changed = dump(parse(document))
    draft = stands.draft or FlowVersion(flow_id=flow, number=await _next(session, flow), document={})
    if stands.draft is None and changed == dump(before):
        return stands.newest
    draft.document, draft.author = changed, author
    session.add(draft)
    await session.flush()
    return draft


def _put(content: dict[str, Any], path: str, text: Text) -> None:
    """Write a text at a path of `texts_of`. A path that isn't there is left alone: the page was of another flow."""
    match path.split("."):
        case [name]:
            content[name] = text
        case ["out", name] if content.get("out"):
            content["out"][name] = text
        case ["options", key, name]:
            for option in content.get("options", ()):
                if option["key"] == key:
                    option[name] = text
        case ["links", place, name] if 0 < int(place) <= len(content.get("links", ())):
            content["links"][int(place) - 1][name] = text


async def discard(session: Session, flow: UUID) -> bool:
    """Throw the draft away; False where there was none."""
    stands = await standing(session, flow, lock=True)
    if stands.draft is None:
        return False
    await session.delete(stands.draft)
    await session.flush()
    return True


async def publish_draft(session: Session, flow: UUID, *, author: UUID) -> FlowVersion:
    """Let callers meet the draft from now on. Raises BadFlow with what must be mended first, changing nothing."""
    stands = await standing(session, flow, lock=True)
    if stands.draft is None:
        return stands.newest
    document = parse(stands.draft.document)
    if fit(await findings(session, document)):
        await session.delete(stands.draft)
        await session.flush()  # its number becomes the published version's
    return await publish(session, stands.row, document, author=author)


async def revive(session: Session, flow: UUID, version: UUID, *, author: UUID) -> FlowVersion:
    """Go back: publish an earlier version once more, as the newest; a draft stays. Raises NotFound, BadFlow."""
    stands = await standing(session, flow, lock=True)
    found = select(FlowVersion).where(FlowVersion.id == version, FlowVersion.flow_id == flow)
    earlier = (await session.exec(found)).one_or_none()
    if earlier is None or earlier.status == "draft":
        raise NotFound
    if earlier.status == "published":
        return earlier
    return await publish(session, stands.row, parse(earlier.document), author=author)


async def _next(session: Session, flow: UUID) -> int:
    last = await session.exec(select(func.max(FlowVersion.number)).where(FlowVersion.flow_id == flow))
    return (last.one() or 0) + 1

"""Every text of a flow that callers hear, with the sound it has and the recordings that no longer fit it."""

import hashlib
from dataclasses import dataclass, field
from uuid import UUID

from hark.desk.flow.layout import layout
from hark.desk.flow.words import path_words
from infra.database import Session
from infra.errors import NotFound
from infra.speech.speaking import Unspeakable
from infra.web import language
from tenants.flows.document import Flow, parse
from tenants.flows.drafts import Standing
from tenants.flows.nodes import Node
from tenants.prompts.models import Prompt
from tenants.prompts.service import recordings, said, text_hash
from tenants.texts import Text, language_name


@dataclass(slots=True)
class Spot:
    """A text in one language: where it stands, its words, and who says them.

    `others` are recordings made here for other words; those in `heard_still` are what callers hear until the draft is
    published. `mute`: no voice knows the language, so only a recording can be heard.
    """

    flow: UUID
    node: str
    path: str
    language: str
    words: str
    name: str
    step: str
    recording: Prompt | None = None
    others: list[Prompt] = field(default_factory=list)
    heard_still: set[UUID] = field(default_factory=set)
    mute: bool = False

    @property
    def hash(self) -> str:
        """By which a page that is out of date is told from one that isn't."""
        return text_hash(self.words, self.language)

    @property
    def anchor(self) -> str:
        """Its place in a page."""
        return "t" + hashlib.sha256(f"{self.node}:{self.path}:{self.language}".encode()).hexdigest()[:12]

    @property
    def tongue(self) -> str:
        """Its language by its own name."""
        return language_name(self.language)


def heard_texts(node: Node) -> list[tuple[str, Text]]:
    """The texts of a node that a telephone says; links are for eyes."""
    return [(path, text) for path, text in node.texts() if not path.startswith("links.")]


async def spots(session: Session, stands: Standing, *, node: str = "", tongue: str = "") -> list[Spot]:
    """The texts of the newest version that have words, step by step; of one node or one language where it is given."""
    flow = parse(stands.newest.document)
    published = parse(stands.published.document) if stands.published else flow
    every = await recordings(session)
    found = {recording.text_hash: recording for recording in every}
    still = _hashes(published)
    mute = {tag for tag in flow.languages if await _mute(tag)}
    made = []
    for spot in _walk(stands.row.id, flow):
        if (node and spot.node != node) or (tongue and spot.language != tongue):
            continue
        spot.recording, spot.mute = found.get(spot.hash), spot.language in mute
        place = (spot.flow, spot.node, spot.path, spot.language)
        here = [row for row in every if (row.flow_id, row.node, row.path, row.language) == place]
        spot.others = [row for row in here if row.text_hash != spot.hash]
        spot.heard_still = {row.id for row in spot.others if row.text_hash in still}
        made.append(spot)
    return made


def _walk(flow_id: UUID, flow: Flow) -> list[Spot]:
    """Every text that has words, in the order in which one would read the picture."""
    return [
        Spot(flow_id, key, path, tag, words, path_words(path), flow.name(key, language()))
        for key in layout(flow).order
        for path, text in heard_texts(flow.nodes[key])
        for tag in flow.languages
        if (words := text.get(tag, "").strip())
    ]


def _hashes(flow: Flow) -> set[str]:
    return {
        text_hash(words, tag) for node in flow.nodes.values() for _, text in node.texts() for tag, words in text.items()
    }


async def _mute(tag: str) -> bool:
    try:
        await said("1", tag)
    except Unspeakable:
        return True
    return False


async def spot_at(session: Session, stands: Standing, node: str, path: str, tag: str) -> Spot:
    """One text. Raises NotFound where it isn't there any more."""
    for spot in await spots(session, stands, node=node, tongue=tag):
        if spot.path == path:
            return spot
    raise NotFound


async def left_over(session: Session, stands: Standing) -> list[Prompt]:
    """Recordings whose place in the flow is gone, and whose words stand nowhere in it."""
    flow = parse(stands.newest.document)
    there = {(spot.node, spot.path, spot.language) for spot in _walk(stands.row.id, flow)}
    used = _hashes(flow) | (_hashes(parse(stands.published.document)) if stands.published else set())
    return [
        row
        for row in await recordings(session)
        if row.text_hash not in used and (row.node, row.path, row.language) not in there
    ]

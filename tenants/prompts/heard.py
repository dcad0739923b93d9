"""What a telephone says at a node, piece by piece: a menu there is read out, and each choice ends with its key."""

from typing import NamedTuple

from infra.web.i18n import LANGUAGES, gettext, speaking
from tenants.flows.document import Flow
from tenants.flows.engine.screen import choices_of, in_each_language, wording
from tenants.flows.nodes import Language, Node
from tenants.texts import Text, language_name


class Piece(NamedTuple):
    """Words said in one go, and their language (BCP 47)."""

    text: str
    language: str


def press(key: str, language: str) -> Piece:
    """The sentence that tells which key to press; in English where we have no words in the language."""
    tag = language if language in LANGUAGES else "en"
    with speaking(tag):
        said = {"*": gettext("Press the star key."), "#": gettext("Press the hash key.")}
        return Piece(said.get(key) or gettext("Press %(key)s.", key=key), tag)


def heard(flow: Flow, node: Node, language: str) -> list[Piece]:
    """All that is said here to a caller of this language, in order; nothing where a node is silent.

    Each piece is one text of the flow or one sentence of ours, so that a recording of any of them is heard.
    """
    if isinstance(node, Language):
        pieces = [Piece(text, tag) for tag, text in in_each_language(flow, node)]
        for key, tag in node.options.items():
            pieces += Piece(language_name(tag), tag), press(key, tag)
        return pieces
    said = wording(flow, node, language)
    pieces = [Piece(said, _tongue(dict(node.texts()).get("text", {}), said, language))] if said else []
    labels = {text.get(tag, "").strip(): tag for _, text in node.texts() for tag in (*flow.languages[::-1], language)}
    for key, label in choices_of(flow, node, language):
        pieces += Piece(label, labels.get(label, language)), press(key, language)
    return pieces


def _tongue(text: Text, said: str, language: str) -> str:
    """The language that these words of a text are written in; a wording may be missing in the caller's own."""
    if text.get(language, "").strip() == said:
        return language
    return next((tag for tag, words in text.items() if words.strip() == said), language)

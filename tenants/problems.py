"""What is wrong with a document or an answer, as an English sentence that is the id of its translation."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field


def _(message: str) -> str:
    """Marks a sentence for the catalogue; it is translated when it is said."""
    return message


@dataclass(frozen=True, slots=True)
class Problem:
    """`code` is for programs, `message` with `params` for people, `where` names the field or stage meant."""

    code: str
    message: str
    params: Mapping[str, object] = field(default_factory=dict)
    where: str = ""

    def say(self, translate: Callable[[str], str] = str) -> str:
        """The sentence in the language of `translate`, its places filled."""
        return translate(self.message) % self.params

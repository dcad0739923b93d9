"""One field of a form: what it asks, of which type, and when it is shown."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Literal

from pydantic import Field

from tenants.documents import Key, Part
from tenants.problems import Problem, _
from tenants.texts import Text

Answer = str | int | float | list[str]
Answers = Mapping[str, object]
Kind = Literal["text", "longtext", "choice", "choices", "number", "date", "time", "yesno", "scale", "phone"]

YES_NO = ("yes", "no")


class Option(Part):
    """One answer that may be chosen; `value` is stored, `label` is read."""

    value: Annotated[str, Field(min_length=1, max_length=120)]
    label: Text


class ShowIf(Part):
    """The earlier field, and the answer or answers to it, that bring this one into view."""

    field: Key
    wanted: str | tuple[str, ...] = Field(alias="is")

    @property
    def values(self) -> tuple[str, ...]:
        return (self.wanted,) if isinstance(self.wanted, str) else self.wanted

    def holds(self, answers: Answers) -> bool:
        """Whether `answers` (clean ones) hold one of the values; of several choices one is enough."""
        given = answers.get(self.field)
        chosen: Iterable[object] = given if isinstance(given, list) else [given]
        return any(str(value) in self.values for value in chosen)


class FormField(Part):
    """A question; the answers to a `sensitive` one are shown only to those who work on the case."""

    name: Key
    type: Kind
    label: Text
    help: Text | None = None
    required: bool = False
    sensitive: bool = False
    options: tuple[Option, ...] = ()
    show_if: ShowIf | None = None
    group: Text | None = None
    search: bool = False
    min: float | None = None
    max: float | None = None

    @property
    def values(self) -> tuple[str, ...]:
        """Every value that may be chosen, where there is a choice; a scale runs 0 to 10 unless told."""
        if self.options:
            return tuple(option.value for option in self.options)
        if self.type == "yesno":
            return YES_NO
        if self.type == "scale":
            first, last = int(self.min or 0), int(10 if self.max is None else self.max)
            return tuple(str(step) for step in range(first, last + 1))
        return ()

    def shown(self, answers: Answers) -> bool:
        """Whether the clean answers to the fields before this one bring it into view."""
        return self.show_if is None or self.show_if.holds(answers)

    def problems(self) -> Iterable[Problem]:
        """What makes this field unusable by itself."""
        for code, message in self._flaws():
            yield Problem(code, message, {"name": self.name}, where=self.name)

    def _flaws(self) -> Iterable[tuple[str, str]]:
        chosen = self.type in ("choice", "choices")
        if chosen and len(self.options) < 2:
            yield "options", _("“%(name)s” needs at least two answers to choose from.")
        if self.options and not (chosen or self.type == "scale"):
            yield "options", _("“%(name)s” lists answers, but its type takes none.")
        if len(set(self.values)) < len(self.values):
            yield "options", _("“%(name)s” offers the same answer twice.")
        if self.min is not None and self.max is not None and self.min >= self.max:
            yield "range", _("The lowest answer to “%(name)s” isn't below the highest.")
        if self.search and (self.sensitive or self.type in ("text", "longtext", "phone")):
            yield "search", _("“%(name)s” can't be searched: sensitive and free answers are kept sealed.")

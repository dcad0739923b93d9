"""A case workflow as it is stored: the stages that a case passes, and the outcomes it may close with."""

from collections.abc import Iterable
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from tenants.documents import Key, Part
from tenants.problems import Problem, _
from tenants.texts import LANGUAGES, Text, missing

Kind = Literal["open", "waiting", "closed"]


class Stage(Part):
    """Where a case stands: `open` is with us, `waiting` is with somebody else, `closed` is done."""

    key: Key
    label: Text
    kind: Kind
    description: Text | None = None


class Outcome(Part):
    """What came of a case, said when it is closed."""

    key: Key
    label: Text


class Workflow(Part):
    """The stages in the order of the board; a case starts in the first. Any stage may follow any other:
    people's lives don't go in one direction."""

    version: Literal[1] = 1
    stages: Annotated[tuple[Stage, ...], Field(min_length=2)]
    outcomes: tuple[Outcome, ...] = ()

    @model_validator(mode="after")
    def _sound(self) -> Self:
        for problem in _flaws(self):
            raise ValueError(problem.say())
        return self

    @property
    def first(self) -> Stage:
        """Where a new case starts."""
        return self.stages[0]

    def stage(self, key: str) -> Stage | None:
        """The stage of that key, or None for one that the workflow no longer has."""
        return next((stage for stage in self.stages if stage.key == key), None)

    def outcome(self, key: str) -> Outcome | None:
        """The outcome of that key, or None for one that the workflow no longer has."""
        return next((outcome for outcome in self.outcomes if outcome.key == key), None)


def lint(workflow: Workflow, languages: tuple[str, ...] = LANGUAGES) -> list[Problem]:
    """What an admin should mend before this workflow is used."""
    return list(_findings(workflow, languages))


def _flaws(workflow: Workflow) -> Iterable[Problem]:
    """What makes a workflow unusable: a case couldn't start, couldn't end, or would be in two places."""
    for keys in ([stage.key for stage in workflow.stages], [outcome.key for outcome in workflow.outcomes]):
        for key in sorted({key for key in keys if keys.count(key) > 1}):
            yield Problem("twice", _("The key “%(key)s” is used twice."), {"key": key}, where=key)
    if workflow.first.kind != "open":
        yield Problem("start", _("The first stage must be an open one: a new case is ours to look at."))
    if all(stage.kind != "closed" for stage in workflow.stages):
        yield Problem("end", _("There is no closed stage, so no case could ever end."))


def _findings(workflow: Workflow, languages: tuple[str, ...]) -> Iterable[Problem]:
    if not workflow.outcomes:
        yield Problem("outcomes", _("There are no outcomes, so nobody will see what came of the cases."))
    texts: list[tuple[str, Text]] = []
    for stage in workflow.stages:
        texts += [(stage.key, stage.label), (stage.key, stage.description or stage.label)]
    texts += [(outcome.key, outcome.label) for outcome in workflow.outcomes]
    unwritten: dict[str, set[str]] = {}
    for key, text in texts:
        unwritten.setdefault(key, set()).update(missing(text, languages))
    for key, gaps in unwritten.items():
        if gaps:
            message = _("“%(key)s” has a text that isn't written in %(languages)s yet.")
            yield Problem("text_missing", message, {"key": key, "languages": ", ".join(sorted(gaps))}, key)

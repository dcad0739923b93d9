"""A form as it is stored, and what can be done with answers to it: check them, or keep a draft of them."""

from collections.abc import Iterable
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from tenants.documents import Part
from tenants.forms.fields import Answer, Answers, FormField, Option, ShowIf
from tenants.forms.values import clean, read
from tenants.problems import Problem, _
from tenants.texts import LANGUAGES, missing

__all__ = ["Answer", "Answers", "Form", "FormField", "Option", "ShowIf", "check", "draft", "lint", "visible"]


class Form(Part):
    """The fields that are asked, in their order; a field may depend only on one before it."""

    version: Literal[1] = 1
    fields: Annotated[tuple[FormField, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _sound(self) -> Self:
        for problem in _flaws(self):
            raise ValueError(problem.say())
        return self

    def __getitem__(self, name: str) -> FormField:
        for field in self.fields:
            if field.name == name:
                return field
        raise KeyError(name)

    @property
    def sensitive(self) -> frozenset[str]:
        """The names of the fields whose answers only those who work on the case may read."""
        return frozenset(field.name for field in self.fields if field.sensitive)


def visible(form: Form, answers: Answers, *, region: str | None = None) -> list[FormField]:
    """The fields in view, given these answers, whether clean or still as typed."""
    kept: dict[str, object] = {}
    fields = []
    for field in form.fields:
        if field.shown(kept):
            fields.append(field)
            kept[field.name] = _sure(field, answers.get(field.name), region)
    return fields


def check(form: Form, answers: Answers, *, region: str | None = None) -> tuple[dict[str, Answer], dict[str, Problem]]:
    """Answers in their stored form, and a problem for each field that can't be accepted as it is.

    A field out of view is neither required nor kept; what no field asked for is dropped. `region` is the ISO
    3166 country in which phone numbers without a + are read. The record may be stored if there is no problem.
    """
    accepted: dict[str, Answer] = {}
    problems: dict[str, Problem] = {}
    for field in form.fields:
        if not field.shown(accepted):
            continue
        answer = read(field, answers.get(field.name), region=region)
        if isinstance(answer, Problem):
            problems[field.name] = answer
        elif answer is not None:
            accepted[field.name] = answer
        elif field.required:
            problems[field.name] = Problem("required", _("This needs an answer."))
    return accepted, problems


def draft(form: Form, answers: Answers, *, region: str | None = None) -> dict[str, object]:
    """Answers to keep while somebody is still typing: read where that is sure, else exactly as typed.

    Never refuses and never drops: an answer out of view stays for when it comes back, and so does one to a
    field that the form no longer has.
    """
    fields = {field.name: field for field in form.fields}
    return {
        name: _sure(fields[name], raw, region) if name in fields else _as_typed(raw) for name, raw in answers.items()
    }


def lint(form: Form, languages: tuple[str, ...] = LANGUAGES) -> list[Problem]:
    """What an admin should mend before this form is used: texts that are missing in one of the languages."""
    return [
        Problem(
            "text_missing",
            _("“%(name)s” has a text that isn't written in %(languages)s yet."),
            {"name": field.name, "languages": ", ".join(gaps)},
            where=field.name,
        )
        for field in form.fields
        if (gaps := sorted({gap for text in _texts(field) for gap in missing(text, languages)}))
    ]


def _texts(field: FormField) -> Iterable[dict[str, str]]:
    yield field.label
    yield from (text for text in (field.help, field.group) if text is not None)
    yield from (option.label for option in field.options)


def _sure(field: FormField, raw: object, region: str | None) -> object:
    if field.type in ("text", "longtext"):
        return _as_typed(raw)  # somebody may be in the middle of a sentence: its last space is theirs
    answer = read(field, raw, region=region)
    return _as_typed(raw) if answer is None or isinstance(answer, Problem) else answer


def _as_typed(raw: object) -> object:
    if isinstance(raw, str):
        return clean(raw)
    return [_as_typed(value) for value in raw] if isinstance(raw, list | tuple) else raw


def _flaws(form: Form) -> Iterable[Problem]:
    """What makes a form unusable: each of these would hide a field for ever or lose an answer."""
    before: dict[str, FormField] = {}
    for field in form.fields:
        if field.name in before:
            yield Problem("twice", _("Two fields are called “%(name)s”."), {"name": field.name})
        yield from field.problems()
        if field.show_if is not None:
            yield from _show_if_flaws(field, field.show_if, before)
        before[field.name] = field


def _show_if_flaws(field: FormField, condition: ShowIf, before: dict[str, FormField]) -> Iterable[Problem]:
    names = {"name": field.name, "other": condition.field}
    other = before.get(condition.field)
    if other is None:
        yield Problem("show_if", _("“%(name)s” waits for “%(other)s”, which doesn't come before it."), names)
    elif not other.values:
        yield Problem("show_if", _("“%(name)s” waits for “%(other)s”, which offers no fixed answers."), names)
    elif unknown := set(condition.values) - set(other.values):
        names = {**names, "answer": min(unknown)}
        yield Problem("show_if", _("“%(name)s” waits for “%(answer)s”, which “%(other)s” lacks."), names)

"""A contact's form and answers as its pages show them: fields in groups, values in words, what is kept from whom."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date as _date
from datetime import time as _time
from typing import Any

from babel.dates import format_date, format_time

from hark.contacts.sheet import Sheet, same
from infra.web.i18n import gettext, language
from infra.web.pages import phone
from tenants.forms.document import Form, FormField, visible
from tenants.forms.values import DATE, TIME
from tenants.problems import Problem
from tenants.texts import say

PREFIX = "f-"
"""Before each field's name in the page, so that a field called "revision" is only a field."""
CHOSEN = ("choice", "choices", "yesno", "scale")


@dataclass(slots=True)
class Shown:
    """One field as the form shows it. `other`: what somebody else wrote meanwhile, in words, and who."""

    name: str
    type: str
    label: str
    help: str
    required: bool
    sensitive: bool
    options: list[tuple[str, str]]
    value: Any
    hidden: bool
    waits_for: str = ""
    wanted: list[str] = field(default_factory=list)
    error: str = ""
    other: tuple[str, str] | None = None

    @property
    def id(self) -> str:
        """Its name and id in the page."""
        return PREFIX + self.name


Groups = list[tuple[str, list[Shown]]]


def fields(
    form: Form,
    answers: Mapping[str, Any],
    *,
    region: str,
    problems: Mapping[str, Problem] | None = None,
    others: Mapping[str, tuple[str, str]] | None = None,
) -> Groups:
    """The whole form in its groups; fields out of view are there and hidden, so that they can come into view."""
    shown = {each.name for each in visible(form, answers, region=region)}
    groups: Groups = []
    for each in form.fields:
        group = _say(each.group)
        if not groups or groups[-1][0] != group:
            groups.append((group, []))
        value = answers.get(each.name)
        problem = (problems or {}).get(each.name)
        groups[-1][1].append(
            Shown(
                each.name,
                each.type,
                _say(each.label),
                _say(each.help),
                each.required,
                each.sensitive,
                options(each),
                value if each.type == "choices" else _typed(value),
                each.name not in shown,
                PREFIX + each.show_if.field if each.show_if else "",
                list(each.show_if.values) if each.show_if else [],
                problem.say(gettext) if problem else "",
                (others or {}).get(each.name),
            )
        )
    return groups


def options(each: FormField) -> list[tuple[str, str]]:
    """What may be chosen: value and words."""
    if each.options:
        return [(option.value, _say(option.label)) for option in each.options]
    if each.type == "yesno":
        return [("yes", gettext("Yes")), ("no", gettext("No"))]
    return [(value, value) for value in each.values]


def answered(form: Form, sheet: Sheet, *, region: str) -> list[tuple[str, list[tuple[FormField, str, str]]]]:
    """What was answered, group by group: the field, its label, the answer in words. For those who may read it."""
    groups: list[tuple[str, list[tuple[FormField, str, str]]]] = []
    for each in visible(form, sheet.answers, region=region):
        value = sheet.answers.get(each.name)
        if same(value, None):
            continue
        group = _say(each.group)
        if not groups or groups[-1][0] != group:
            groups.append((group, []))
        groups[-1][1].append((each, _say(each.label), in_words(each, value)))
    return groups


def in_words(each: FormField, value: Any) -> str:
    """One answer as people say it; what can't be read is shown as it was typed."""
    if same(value, None):
        return gettext("(empty)")
    if each.type in CHOSEN:
        words = dict(options(each))
        chosen = value if isinstance(value, list) else [value]
        return gettext(", ").join(words.get(str(one), str(one)) for one in chosen)
    said = _typed(value)
    if each.type == "phone" and said.startswith("+"):
        return phone(said)
    return _moment(each, said) or said


def title(form: Form, sheet: Sheet) -> str:
    """A short name for a case that grows from this contact: its searchable choices, which are never sensitive."""
    told = [
        in_words(each, sheet.answers[each.name])
        for each in form.fields
        if each.search and not each.sensitive and each.type in ("choice", "choices")
        if not same(sheet.answers.get(each.name), None)
    ]
    return " · ".join(told[:2])


def _moment(each: FormField, said: str) -> str:
    locale = language().replace("-", "_")
    if each.type == "date" and (found := DATE.fullmatch(said)):
        return format_date(_date(*(int(part) for part in found.groups())), "long", locale=locale)
    if each.type == "time" and (found := TIME.fullmatch(said)):
        return format_time(_time(int(found[1]), int(found[2])), "short", locale=locale)
    return ""


def _typed(value: Any) -> str:
    return "" if value is None else str(value)


def _say(text: Mapping[str, str] | None) -> str:
    return say(text, language()) if text else ""

"""The forms of seven real helplines can be said in ours; what can't is counted and named."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tenants.forms.document import Form, check, visible
from tenants.workflows.document import Workflow

FORMS = Path(__file__).parents[3] / "shared" / "fixtures" / "helplines" / "forms"
SAME = {
    "input": "text",
    "textarea": "longtext",
    "select": "choice",
    "listbox-multiselect": "choices",
    "checkbox": "yesno",
    "mixed-checkbox": "yesno",
    "date-input": "date",
    "email": "text",
}
NO_ANSWER = {"button", "copy-to", "custom-contact-component"}
"""Buttons, and fields that only repeat another one: nobody answers them."""

needs_fixtures = pytest.mark.skipif(not FORMS.is_dir(), reason=f"the outside forms aren't at {FORMS}")


def key(name: str) -> str:
    return re.sub(r"\W+", "_", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)).lower().strip("_")


def forms() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Every list of fields in the fixtures with its place, lists of answers kept elsewhere put in."""
    for folder in sorted(FORMS.iterdir()):
        kept = folder / "ReferenceData.json"
        lists = json.loads(kept.read_text("utf-8")) if kept.exists() else {}
        for file in [*folder.glob("tabbedForms/*.json"), *folder.glob("caseForms/*.json")]:
            body = json.loads(file.read_text("utf-8"))
            if isinstance(body, list) and body and all("type" in field for field in body):
                given = [{"options": lists.get(field.get("optionsReferenceKey")), **field} for field in body]
                yield f"{folder.name}/{file.stem}", given


def chosen(options: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Options with a value, each once: some of theirs are listed twice, which ours would refuse. An empty one
    stands for "not answered", which ours says by leaving the field open."""
    labels = {str(option["value"])[:120]: str(option["label"]) for option in options if option["value"]}
    return [{"value": value, "label": {"en": label}} for value, label in labels.items()]


def converted(field: dict[str, Any], made: dict[str, list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """Our field or fields for one of theirs; a list that depends on another becomes one field for each case.

    `made` are ours so far by the names of theirs. Some cases wait for an answer that isn't offered any more:
    ours would refuse such a form, so they are left out.
    """
    ours: dict[str, Any] = {
        "name": key(field["name"]),
        "label": {"en": str(field.get("label", field["name"]))},
        "required": bool(field.get("required")),
        "sensitive": bool(field.get("isPII")),
    }
    if field["type"] == "dependent-select":
        waits = [
            (parent["name"], case, chosen(options))
            for case, options in field["options"].items()
            for parent in made[field["dependsOn"]]
            if case in {option["value"] for option in parent["options"]}
        ]
        return [
            {
                **ours,
                "name": f"{ours['name']}_{place}",
                "type": "choice",
                "options": options,
                "show_if": {"field": parent, "is": case},
            }
            for place, (parent, case, options) in enumerate(waits)
            if len(options) > 1
        ]
    ours["type"] = SAME[field["type"]]
    if ours["type"] in ("choice", "choices"):
        ours["options"] = chosen(field["options"])
    return [ours]


def translated(fields: list[dict[str, Any]]) -> tuple[dict[str, list[dict[str, Any]]], Counter[str]]:
    """What can be said in ours, and how often which type can't."""
    made: dict[str, list[dict[str, Any]]] = {}
    unsaid: Counter[str] = Counter()
    for field in fields:
        of_workflow = field["name"] == "status" and not field["options"]
        if field["type"] in NO_ANSWER or of_workflow:
            continue
        if field["type"] in {*SAME, "dependent-select"}:
            made[field["name"]] = converted(field, made)
        else:
            unsaid[field["type"]] += 1
    return made, unsaid


@needs_fixtures
def test_seven_helplines_forms_can_be_said_in_ours(capsys: pytest.CaptureFixture[str]) -> None:
    said, whole, unsaid = 0, 0, Counter[str]()
    for place, fields in forms():
        made, rest = translated(fields)
        ours = [field for several in made.values() for field in several]
        assert Form.model_validate({"fields": ours}), place
        said, whole, unsaid = said + len(made), whole + 1, unsaid + rest
    with capsys.disabled():
        rest_named = ", ".join(f"{count} × {kind}" for kind, count in unsaid.most_common())
        print(f"\nhelpline forms: {said} of {said + unsaid.total()} fields, {whole} forms; unsaid: {rest_named}")
    assert whole > 50
    assert said / (said + unsaid.total()) > 0.98


@needs_fixtures
def test_what_depends_on_another_answer_comes_into_view_with_it() -> None:
    seen = 0
    for place, fields in forms():
        made, _ = translated(fields)
        form = Form.model_validate({"fields": [field for several in made.values() for field in several]})
        for shown in form.fields:
            answers: dict[str, object] = {shown.name: shown.values[0]} if shown.values else {}
            waits = shown.show_if
            if waits is None:
                continue
            assert shown not in visible(form, answers), place
            while waits is not None:
                answers[waits.field] = waits.values[0]
                waits = form[waits.field].show_if
            assert shown in visible(form, answers), place
            assert check(form, answers)[0][shown.name] == shown.values[0], place
            seen += 1
    assert seen > 20


@needs_fixtures
def test_the_statuses_of_seven_helplines_make_workflows() -> None:
    files = sorted(FORMS.glob("*/CaseStatus.json"))
    assert len(files) == 7
    for file in files:
        statuses = json.loads(file.read_text("utf-8")).values()
        stages = [
            {
                "key": key(status["value"]),
                "label": {"en": status["label"]},
                "kind": {"open": "open", "closed": "closed"}.get(status["value"], "waiting"),
            }
            for status in statuses
        ]
        assert Workflow.model_validate({"stages": stages}).first.key == "open"

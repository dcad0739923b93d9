"""A case workflow has a place to start, a way to end, and a name for everything in each language."""

from typing import Any

import pytest
from pydantic import ValidationError

from tenants.workflows.document import Workflow, lint

NAME = {"en": "Name", "zh-Hans": "名称"}


def workflow(*stages: tuple[str, str], outcomes: tuple[str, ...] = ("helped",)) -> Workflow:
    document: dict[str, Any] = {
        "stages": [{"key": key, "kind": kind, "label": NAME} for key, kind in stages],
        "outcomes": [{"key": key, "label": NAME} for key in outcomes],
    }
    return Workflow.model_validate(document)


def test_a_case_starts_in_the_first_stage_and_can_end() -> None:
    sound = workflow(("new", "open"), ("referred", "waiting"), ("closed", "closed"))
    assert sound.first.key == "new"
    stage = sound.stage("referred")
    assert stage is not None
    assert stage.kind == "waiting"
    assert sound.stage("gone") is None
    assert sound.outcome("helped") is not None
    assert lint(sound) == []
    assert Workflow.model_validate_json(sound.model_dump_json()) == sound


@pytest.mark.parametrize(
    ("stages", "outcomes", "words"),
    [
        ((("new", "open"), ("new", "closed")), ("a",), "used twice"),
        ((("new", "open"), ("closed", "closed")), ("a", "a"), "used twice"),
        ((("new", "waiting"), ("closed", "closed")), ("a",), "must be an open one"),
        ((("new", "open"), ("other", "waiting")), ("a",), "no closed stage"),
    ],
)
def test_a_workflow_in_which_a_case_could_get_stuck_is_refused(
    stages: tuple[tuple[str, str], ...], outcomes: tuple[str, ...], words: str
) -> None:
    with pytest.raises(ValidationError, match=words):
        workflow(*stages, outcomes=outcomes)


def test_lint_names_what_is_missing() -> None:
    bare = workflow(("new", "open"), ("closed", "closed"), outcomes=())
    assert [problem.code for problem in lint(bare)] == ["outcomes"]
    assert [problem.where for problem in lint(bare, ("en", "fr")) if problem.code == "text_missing"] == [
        "new",
        "closed",
    ]

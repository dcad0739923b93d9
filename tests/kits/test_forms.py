"""Answers to a form are read as their field asks, shown-if is obeyed, and nothing typed is lost."""

import pytest
from pydantic import ValidationError

from tenants.forms.document import Form, check, draft, lint, visible


def said(words: str) -> dict[str, str]:
    return {"en": words, "zh-Hans": "文字"}


def form(*fields: dict[str, object]) -> Form:
    return Form.model_validate({"fields": [{"label": said("Label"), **field} for field in fields]})


def one(kind: str, **more: object) -> Form:
    return form({"name": "it", "type": kind, **more})


OPTIONS = [{"value": "wage", "label": said("Wage")}, {"value": "safety", "label": said("Safety")}]


@pytest.mark.parametrize(
    ("kind", "typed", "stored"),
    [
        ("text", "  Xiao Lin \n", "Xiao Lin"),
        ("longtext", "one\r\ntwo\x00", "one\ntwo"),
        ("number", "１２", 12),
        ("number", " 2.5 ", 2.5),
        ("number", 3.0, 3),
        ("number", "0", 0),
        ("date", "2026-03-08", "2026-03-08"),
        ("date", "2026年3月8日", "2026-03-08"),
        ("time", "9：05", "09:05"),
        ("time", "14:30:00", "14:30"),
        ("yesno", "on", "yes"),
        ("yesno", False, "no"),
        ("scale", "７", 7),
        ("phone", "+86 138 0013 8000", "+8613800138000"),
        ("phone", "(010) 6552-9988", "+861065529988"),
        ("phone", "8001", "8001"),
    ],
)
def test_an_answer_is_stored_one_way_however_it_was_typed(kind: str, typed: object, stored: object) -> None:
    assert check(one(kind), {"it": typed}, region="CN") == ({"it": stored}, {})


@pytest.mark.parametrize(
    ("kind", "typed", "code"),
    [
        ("text", "x" * 501, "too_long"),
        ("number", "two or three", "not_a_number"),
        ("number", "1e999", "not_a_number"),
        ("date", "2026-02-30", "not_a_date"),
        ("time", "25:00", "not_a_time"),
        ("yesno", "maybe", "not_yes_or_no"),
        ("scale", "11", "not_on_scale"),
        ("phone", "ask her sister", "not_a_phone"),
    ],
)
def test_an_answer_that_cannot_be_read_is_named_but_kept_in_a_draft(kind: str, typed: str, code: str) -> None:
    answers, problems = check(one(kind), {"it": typed})
    assert answers == {}
    assert problems["it"].code == code
    assert problems["it"].say().endswith(".")
    assert draft(one(kind), {"it": typed}) == {"it": typed}


def test_numbers_stay_within_their_range() -> None:
    age = one("number", min=0, max=120)
    assert check(age, {"it": "-1"})[1]["it"].say() == "This can't be less than 0."
    assert check(age, {"it": "121"})[1]["it"].say() == "This can't be more than 120."
    assert check(age, {"it": "120"}) == ({"it": 120}, {})


def test_choices_are_kept_in_the_forms_order_and_only_those_offered() -> None:
    topics = one("choices", options=OPTIONS)
    assert check(topics, {"it": ["safety", "wage", "wage"]}) == ({"it": ["wage", "safety"]}, {})
    assert check(topics, {"it": "safety"}) == ({"it": ["safety"]}, {})
    assert check(topics, {"it": ["wage", "weather"]})[1]["it"].code == "not_offered"
    assert check(one("choice", options=OPTIONS), {"it": ["wage"]}) == ({"it": "wage"}, {})


def test_what_is_required_must_be_answered_and_blanks_are_no_answer() -> None:
    needed = one("choices", options=OPTIONS, required=True)
    for blank in ({}, {"it": ""}, {"it": []}, {"it": [""]}, {"it": None}):
        assert check(needed, blank)[1]["it"].code == "required"
    assert check(one("text", required=True), {"it": " \n "})[1]["it"].code == "required"
    assert check(one("yesno", required=True), {"it": "no"}) == ({"it": "no"}, {})


WAGE_ONLY = {"field": "topics", "is": ["wage"]}
ANY_OWED = {"field": "owed", "is": ["wage", "safety"]}
CASCADE = form(
    {"name": "callback", "type": "yesno"},
    {"name": "number", "type": "phone", "required": True, "show_if": {"field": "callback", "is": "yes"}},
    {"name": "topics", "type": "choices", "options": OPTIONS},
    {"name": "owed", "type": "choice", "options": OPTIONS, "show_if": WAGE_ONLY},
    {
        "name": "since",
        "type": "date",
        "required": True,
        "show_if": ANY_OWED,
    },
)


def test_a_field_out_of_view_is_neither_required_nor_kept() -> None:
    typed = {"callback": "no", "number": "110", "topics": ["safety"], "owed": "wage", "since": "2026-01-01"}
    assert check(CASCADE, typed) == ({"callback": "no", "topics": ["safety"]}, {})
    assert set(check(CASCADE, {"callback": "yes", "topics": ["wage"], "owed": "safety"})[1]) == {
        "number",
        "since",
    }


def test_view_follows_the_answers_as_they_are_typed() -> None:
    assert [field.name for field in visible(CASCADE, {})] == ["callback", "topics"]
    typed = {"callback": "on", "topics": ["safety", "wage"], "owed": "wage"}
    assert [field.name for field in visible(CASCADE, typed)] == [
        "callback",
        "number",
        "topics",
        "owed",
        "since",
    ]


def test_a_draft_keeps_what_is_hidden_unknown_or_half_typed() -> None:
    typed = {
        "callback": "no",
        "number": "13",
        "topics": "wage",
        "since": "2026-0",
        "gone": "old ",
        "owed": "x",
    }
    kept = draft(CASCADE, typed)
    assert kept == {**typed, "topics": ["wage"]}
    assert draft(one("text"), {"it": "in the middle of "}) == {"it": "in the middle of "}


A_IS_X = {"field": "a", "is": "x"}


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ([{"name": "a", "type": "text"}, {"name": "a", "type": "text"}], "Two fields are called"),
        ([{"name": "a", "type": "choice", "options": OPTIONS[:1]}], "at least two answers"),
        ([{"name": "a", "type": "choice", "options": [*OPTIONS, OPTIONS[0]]}], "the same answer twice"),
        ([{"name": "a", "type": "text", "options": OPTIONS}], "its type takes none"),
        ([{"name": "a", "type": "number", "min": 5, "max": 5}], "isn't below the highest"),
        ([{"name": "a", "type": "yesno", "search": True, "sensitive": True}], "kept sealed"),
        ([{"name": "a", "type": "text", "show_if": {"field": "b", "is": "yes"}}], "doesn't come before it"),
        (
            [
                {"name": "a", "type": "text"},
                {"name": "b", "type": "text", "show_if": {"field": "a", "is": "x"}},
            ],
            "no fixed answers",
        ),
        (
            [
                {"name": "a", "type": "yesno"},
                {"name": "b", "type": "text", "show_if": {"field": "a", "is": "x"}},
            ],
            "lacks",
        ),
    ],
)
def test_a_form_that_would_hide_or_lose_answers_is_refused(fields: list[dict[str, object]], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        form(*fields)


def test_lint_names_the_field_whose_text_is_missing() -> None:
    half = form({"name": "topic", "type": "text", "help": {"en": "Only in English"}})
    [problem] = lint(half)
    assert problem.where == "topic"
    assert "zh-Hans" in problem.say()
    assert lint(half, ("en",)) == []


def test_the_document_survives_its_own_json() -> None:
    stored = CASCADE.model_dump(mode="json", exclude_defaults=True)
    assert stored["fields"][1]["show_if"] == {"field": "callback", "is": "yes"}
    assert Form.model_validate(stored) == CASCADE
    assert Form.model_validate_json(CASCADE.model_dump_json()) == CASCADE
    assert one("text", sensitive=True).sensitive == {"it"}

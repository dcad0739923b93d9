"""Every starter kit is complete, sound and written in each language, and adding one is adding its folder."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from provisioning.kits.catalogue import HERE, BrokenKit, kits
from provisioning.kits.kit import Kit
from tenants.flows.document import Flow
from tenants.flows.lint import lint
from tenants.flows.lint.graph import targets
from tenants.flows.nodes import Callback, Hangup, Hours, Language, Queue, Ring, Voicemail
from tenants.forms.document import lint as lint_form
from tenants.texts import LANGUAGES, missing
from tenants.workflows.document import lint as lint_workflow
from themes.icons import ICONS
from themes.palette import AA_TEXT, contrast, palette

KITS = list(kits().values())
each_kit = pytest.mark.parametrize("kit", KITS, ids=[kit.key for kit in KITS])

SAID_ALIKE = {"TA", "LGBTQ", "Hark"}
"""Words that are written in Latin letters in Chinese, too."""


def texts(part: Any, where: str = "") -> Iterator[tuple[str, dict[str, str]]]:
    """Every text of a document, with its place: a mapping that has a language for a key is one."""
    if isinstance(part, dict):
        if set(part) & set(LANGUAGES):
            yield where, part
            return
        for name, value in part.items():
            yield from texts(value, f"{where}.{name}")
    elif isinstance(part, list | tuple):
        for place, value in enumerate(part):
            yield from texts(value, f"{where}[{place}]")


def slowest_to_a_person(flow: Flow, node: str) -> int:
    """The most seconds from here until somebody is rung or waited for, where that happens at all."""
    if isinstance(flow.nodes[node], Ring | Queue):
        return 0
    tried = [after for target in targets(flow, node) if (after := slowest_to_a_person(flow, target)) >= 0]
    return flow.nodes[node].stay() + max(tried) if tried else -1


def test_the_six_kinds_are_there_in_the_order_in_which_they_are_offered() -> None:
    assert list(kits()) == ["rainbow", "elderly", "cancer", "violence", "workplace", "blank"]


@each_kit
def test_its_flow_form_and_workflow_pass_lint_without_a_warning(kit: Kit) -> None:
    teams = [team.key for team in kit.teams]
    for language in LANGUAGES:
        found = lint(kit.flow, calendars=kit.calendars, teams=teams, language=language)
        assert [finding.say() for finding in found] == []
    assert lint_form(kit.form) == []
    assert lint_workflow(kit.workflow) == []


@each_kit
def test_every_text_is_written_in_both_languages(kit: Kit) -> None:
    found = list(texts(kit.model_dump(exclude={"theme"})))
    assert len(found) > 60
    assert [(where, missing(text)) for where, text in found if missing(text)] == []
    assert [where for where, text in found if set(text) != set(LANGUAGES)] == []


@each_kit
def test_its_chinese_holds_no_english_and_its_english_no_chinese(kit: Kit) -> None:
    for where, text in texts(kit.model_dump(exclude={"theme"})):
        latin = set(re.findall(r"[A-Za-z]{2,}", text["zh-Hans"].replace("{emergency}", "")))
        assert latin <= SAID_ALIKE, where
        assert latin or re.search(r"[\u4e00-\u9fff]", text["zh-Hans"]), where
        assert not re.search(r"[\u3000-\u9fff]", text["en"]), where


@each_kit
def test_its_words_keep_the_houses_tone(kit: Kit) -> None:
    for where, text in texts(kit.model_dump(exclude={"theme"})):
        for wording in text.values():
            assert not re.search(r"[!！]|请稍候|please wait", wording, re.IGNORECASE), where


@each_kit
def test_what_callers_hear_is_a_sentence_or_two(kit: Kit) -> None:
    for name, node in kit.flow.nodes.items():
        for field, text in node.texts():
            assert len(re.findall(r"[.?:](?:\s|$)", text["en"])) <= 4, (name, field)
            assert len(text["en"]) <= 190, (name, field)


@each_kit
def test_a_person_is_tried_within_45_seconds_even_if_everything_is_read_out_and_no_key_is_pressed(kit: Kit) -> None:
    assert 0 <= slowest_to_a_person(kit.flow, kit.flow.start) < 45


@each_kit
def test_hours_decide_and_when_nobody_is_there_something_can_be_left(kit: Kit) -> None:
    nodes = kit.flow.nodes.values()
    assert {node.calendar for node in nodes if isinstance(node, Hours)} == {"main"}
    assert "main" in {node.team for node in nodes if isinstance(node, Ring | Queue)}
    assert any(isinstance(node, Voicemail | Callback) for node in nodes)
    assert all(node.text for node in nodes if isinstance(node, Hangup))


@each_kit
@pytest.mark.parametrize("languages", [("en",), ("zh-Hans",), ("zh-Hans", "en")])
def test_its_flow_fits_any_languages_of_a_hotline(kit: Kit, languages: tuple[str, ...]) -> None:
    flow = kit.flow_in(languages)
    asked = [node.options for node in flow.nodes.values() if isinstance(node, Language)]
    assert flow.languages == languages
    assert asked == ([{"1": "zh-Hans", "2": "en"}] if len(languages) > 1 else [])
    assert lint(flow, calendars=kit.calendars) == []


@each_kit
def test_its_form_asks_little_and_keeps_risk_sensitive(kit: Kit) -> None:
    required = [field for field in kit.form.fields if field.required and field.show_if is None]
    assert len(required) <= 7
    assert kit.form["summary"].sensitive
    risk = {"safe_now", "ending_life", "low", "danger", "danger_done", "kept_safe", "now_done", "signs", "hurt_by"}
    asked = [field for field in kit.form.fields if field.name in risk]
    assert asked
    assert all(field.sensitive for field in asked)


@each_kit
def test_its_look_can_be_read_and_its_icon_is_in_the_set(kit: Kit) -> None:
    assert kit.icon
    if ICONS.is_dir():
        assert (ICONS / f"{kit.icon}.svg").is_file()
    for scheme in ("light", "dark"):
        colours = palette(kit.theme.brand, scheme, kit.theme.tone)
        assert contrast(colours.on_accent, colours.accent) >= AA_TEXT


def test_a_kit_is_added_by_its_folder_alone(tmp_path: Path) -> None:
    shutil.copytree(HERE / "blank", tmp_path / "river")
    toml = tmp_path / "river" / "kit.toml"
    toml.write_text(toml.read_text("utf-8").replace('key = "blank"', 'key = "river"'), "utf-8")
    assert list(kits(tmp_path)) == ["river"]


@pytest.mark.parametrize(
    ("file", "old", "new", "words"),
    [
        ("kit.toml", 'key = "blank"', 'key = "other"', "the folder is “blank”"),
        ("kit.toml", "retention_days", "retained", "retention_days"),
        ("flow.json", '"next": "hours"', '"next": "nowhere"', "nowhere"),
        ("flow.json", '"team": "main"', '"team": "night"', "night"),
        ("form.json", '"zh-Hans": "接下来"', '"zh-Hans": ""', "zh-Hans"),
        ("workflow.json", '"kind": "closed"', '"kind": "open"', "no case could ever end"),
    ],
)
def test_a_broken_kit_is_refused_with_its_folder_and_the_reason(
    tmp_path: Path, file: str, old: str, new: str, words: str
) -> None:
    shutil.copytree(HERE / "blank", tmp_path / "blank")
    broken = tmp_path / "blank" / file
    assert old in broken.read_text("utf-8")
    broken.write_text(broken.read_text("utf-8").replace(old, new), "utf-8")
    with pytest.raises(BrokenKit, match="blank/") as refused:
        kits(tmp_path)
    assert words in str(refused.value)

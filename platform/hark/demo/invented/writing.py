"""Invents what a volunteer wrote down after a call: one of the hotline's stories, put onto its form."""

import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from hark.demo.invented.cast import Hotline, Story, Value
from tenants.forms.document import Answer, Form, check
from tenants.forms.fields import FormField

BRIEF = timedelta(seconds=61)
_DAYS = re.compile(r"[+-]\d+ days")


def local_day(at: datetime, zone: str) -> date:
    """The date on the wall there."""
    return at.astimezone(ZoneInfo(zone)).date()


def story_of(hotline: Hotline, choice: str, talked: timedelta, chance: Random) -> Story:
    """A story that fits what the caller chose in the menu, and how long the talk was."""
    told = [story for story in hotline.stories if story.brief == (talked < BRIEF)]
    fitting = [story for story in told if story.choice == choice]
    return chance.choice(fitting or [story for story in told if not story.choice] or told)


def written(hotline: Hotline, form: Form, story: Story, day: date, chance: Random, *, case: bool) -> dict[str, Answer]:
    """The whole record as the form accepts it; `day` is the local date of the call, `case` that one was opened.

    Raises ValueError where a file in `hotlines/` doesn't fit the kit's form any more.
    """
    said: dict[str, object] = {}
    for field in form.fields:
        if field.shown(said):
            value = _answer(hotline, field, story, chance)
            if value not in ("", ()):
                said[field.name] = _dated(value, day) if field.type == "date" else _plain(value)
    done = said.get("done")
    if case and isinstance(done, list) and "case" not in done:
        said["done"] = [*done, "case"]
    accepted, problems = check(form, said, region=hotline.country)
    if problems:
        raise ValueError(
            f"{hotline.kind}: {[(name, problem.code, said.get(name)) for name, problem in problems.items()]}"
        )
    return accepted


def _answer(hotline: Hotline, field: FormField, story: Story, chance: Random) -> Value:
    if field.name == "summary":
        return _joined(hotline, story, chance)
    if field.name in story.answers:
        return story.answers[field.name]
    return chance.choice(hotline.answers.get(field.name, ("",)))


def _joined(hotline: Hotline, story: Story, chance: Random) -> str:
    parts = [chance.choice(story.told)]
    if story.after and chance.random() < 0.8:
        parts.append(chance.choice(story.after))
    return ("" if hotline.languages[0].startswith("zh") else " ").join(parts)


def _plain(value: Value) -> object:
    return list(value) if isinstance(value, tuple) else value


def _dated(value: Value, day: date) -> str:
    """A date that a file gives as days from the call, such as "-12 days"."""
    if not _DAYS.fullmatch(str(value)):
        raise ValueError(f"not a number of days: {value}")
    return (day + timedelta(days=int(str(value).split()[0]))).isoformat()


def note(hotline: Hotline, stage: str, told: Sequence[str], chance: Random) -> str:
    """A note for a case in this stage that isn't in the case yet; "" when there is none left."""
    left = [words for words in hotline.cases.notes.get(stage, ()) if words not in told]
    return chance.choice(left) if left else ""

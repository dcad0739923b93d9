"""The settings of lines: a key before the flow, recording with its consent, how the line is watched; and, for the whole
hotline, how many calls in an hour and whether its status page is public."""

import re
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlmodel import select

from hark.callers.policy import FIRST, USUAL_MOST
from hark.recordings.service import usual_consent
from hark.watch.schedule import owe
from infra.errors import NotFound
from infra.web import gettext, render, see_other
from tenants.audit import record
from tenants.extras import Asleep, awake
from tenants.lines.models import Line
from tenants.lines.settings import INTERVALS, LineSetting, setting_of, settings_of_all
from tenants.members.access import Leads, Staff
from tenants.problems import _
from tenants.profile.service import profile
from tenants.texts import language_name

router = APIRouter(prefix="/o/{slug}/settings/lines")
KEYS = re.compile(r"[0-9*#]{0,12}")
MOST_OF_ALL = 200
EVERY = {
    5: _("every five minutes"),
    15: _("every quarter of an hour"),
    30: _("every half hour"),
    60: _("every hour"),
    240: _("every four hours"),
    1440: _("once a day"),
}
assert set(EVERY) == set(INTERVALS), "each interval has its words"


@router.get("")
async def index(request: Request, staff: Leads) -> Response:
    """Every line, and what holds for all of them."""
    return await _index(request, staff, {}, {})


async def _index(request: Request, staff: Staff, wrong: dict[str, str], sent: Mapping[str, Any]) -> Response:
    defaults = (await profile(staff.session)).defaults
    context = {
        "lines": await settings_of_all(staff.session),
        "every": {minutes: gettext(words) for minutes, words in EVERY.items()},
        "most_calls": sent.get("most_calls", defaults.get("most_calls", USUAL_MOST)),
        "least": FIRST,
        "status_page": defaults.get("status_page", True),
        "wrong": wrong,
    }
    return render(request, "settings/lines.html", context, status=422 if wrong else 200)


@router.post("")
async def save_all(request: Request, staff: Leads) -> Response:
    """Keep what holds for every line."""
    sent = await request.form()
    most = str(sent.get("most_calls") or "").strip()
    if not most.isdecimal() or not FIRST <= int(most) <= MOST_OF_ALL:
        words = gettext("Write a number from %(least)s to %(most)s.", least=FIRST, most=MOST_OF_ALL)
        return await _index(request, staff, {"most_calls": words}, {"most_calls": most})
    row = await profile(staff.session)
    row.defaults = {**row.defaults, "most_calls": int(most), "status_page": bool(sent.get("status_page"))}
    record(staff.session, "line.settings", member=staff.member.id, fields=["most_calls", "status_page"])
    return see_other(f"/o/{staff.tenant.slug}/settings/lines")


@router.get("/{key}")
async def page(request: Request, staff: Leads, key: UUID, saved: bool = False) -> Response:
    """One line's settings."""
    line = await _line(staff, key)
    return _page(request, staff, line, await setting_of(staff.session, key), {}, saved=saved)


async def _line(staff: Staff, key: UUID) -> Line:
    line = (await staff.session.exec(select(Line).where(Line.id == key))).one_or_none()
    if line is None:
        raise NotFound
    return line


def _page(
    request: Request, staff: Staff, line: Line, setting: LineSetting, wrong: dict[str, str], *, saved: bool = False
) -> Response:
    context = {
        "line": line,
        "setting": setting,
        "tags": {tag: language_name(tag) for tag in staff.tenant.languages},
        "usual": usual_consent(staff.tenant.languages),
        "every": [("", gettext("Never")), *((str(minutes), gettext(words)) for minutes, words in EVERY.items())],
        "wrong": wrong,
        "saved": saved,
    }
    return render(request, "settings/line.html", context, status=422 if wrong else 200)


@router.post("/{key}")
async def save(request: Request, staff: Leads, key: UUID) -> Response:
    """Keep one line's settings. A call that is on goes on as it began."""
    line = await _line(staff, key)
    sent = await request.form()
    typed, wrong = read(sent, line.id, staff.tenant.languages)
    if wrong:
        return _page(request, staff, line, typed, wrong)
    kept = await setting_of(staff.session, key)
    if typed.record and not kept.record and not await awake(staff.session, "recordings"):
        return _page(request, staff, line, typed, {"record": gettext(Asleep().message)})
    changed = [name for name in _FIELDS if getattr(kept, name) != getattr(typed, name)]
    for name in changed:
        setattr(kept, name, getattr(typed, name))
    staff.session.add(kept)
    await staff.session.flush()
    if changed:
        record(staff.session, "line.settings", member=staff.member.id, subject=key, fields=changed)
    if kept.check_minutes is not None and {"check_minutes", "check_keys"} & set(changed):
        await owe(staff.session, key)
    return see_other(f"/o/{staff.tenant.slug}/settings/lines/{key}?saved=1")


_FIELDS = ("ask_key", "record", "consent", "recording_days", "check_minutes", "check_keys")


def read(sent: Mapping[str, Any], key: UUID, languages: list[str]) -> tuple[LineSetting, dict[str, str]]:
    """What was typed as a setting, and field by field what is wrong with it."""

    def said(name: str) -> str:
        return str(sent.get(name) or "").strip()

    wrong = {}
    days, every = said("recording_days") or "90", said("check_minutes")
    if not days.isdecimal() or not 1 <= int(days) <= 3650:
        wrong["recording_days"], days = gettext("Write a number of days from 1 to 3650."), "90"
    if every and (not every.isdecimal() or int(every) not in INTERVALS):
        wrong["check_minutes"], every = gettext("Choose how often."), ""
    keys = re.sub(r"[\s,]", "", said("check_keys"))
    if not KEYS.fullmatch(keys):
        wrong["check_keys"] = gettext("Write the keys one after the other, such as 1 2.")
    consent = {tag: said(f"consent.{tag}") for tag in languages}
    for tag, words in consent.items():
        if len(words) > 400:
            wrong[f"consent.{tag}"] = gettext("That is too long to be heard. Shorten it.")
    setting = LineSetting(
        id=key, ask_key=bool(said("ask_key")), record=bool(said("record")), consent=consent,
        recording_days=int(days), check_minutes=int(every) if every else None, check_keys=keys,
    )  # fmt: skip
    return setting, wrong

"""What the two lists show of each message: its state, its owner, and for a call-back what the caller allows."""

from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from babel.dates import get_day_names, get_timezone_location

from hark.desk.messages import callbacks, service
from hark.desk.messages.models import Attempt
from hark.desk.messages.safe import zone_of
from hark.desk.messages.service import Kind, Message
from hark.switchboard.models import Call, Callback, Voicemail
from infra.web import gettext, language
from tenants.members.access import SUPERVISES, Staff
from tenants.members.names import names
from tenants.problems import _
from tenants.rosters.hours import WEEKDAYS, Calendar
from tenants.texts import language_name

Row = dict[str, Any]
CAME_OF_IT = {
    "dialling": _("being called"),
    "reached": _("reached"),
    "nobody": _("nobody answered"),
    "machine": _("a machine answered"),
    "somebody_else": _("somebody else answered"),
    "unreachable": _("the number can't be reached"),
}


async def rows(staff: Staff, kind: Kind, *, done: bool, shown: dict[UUID, dict[str, str]]) -> list[Row]:
    """The list: what may be done now first, then what may be done soonest."""
    people = await names(staff.session)
    found = await service.listed(staff.session, kind, done=done)
    if kind == "voicemail":
        return [_common(staff, row, call, people) | _sound(row) for row, call in found]
    ours = await callbacks.hours(staff.session)
    tries = await callbacks.attempts(staff.session, (row.id for row, _call in found))
    told = [
        _common(staff, row, call, people) | await _callback(staff, row, ours, tries.get(row.id, []), people, shown)
        for row, call in found
        if isinstance(row, Callback)
    ]
    return told if done else sorted(told, key=_turn)


def _turn(row: Row) -> tuple[int, float]:
    """Those who may be called now keep their order; the others follow by when they may."""
    if row["allowed"].now:
        return (0, 0)
    return (1, row["allowed"].turn.timestamp()) if row["allowed"].turn else (2, 0)


def _common(staff: Staff, row: Message, call: Call, people: dict[UUID, str]) -> Row:
    mine = row.owner == staff.member.id
    return {
        "id": row.id,
        "at": row.at,
        "status": row.status,
        "owner": people.get(row.owner, "") if row.owner else "",
        "mine": mine and row.status == "handling",
        "may_end": (mine or staff.may(*SUPERVISES)) and row.status == "handling",
        "may_return": (mine or staff.may(*SUPERVISES)) and row.status != "new",
        "call_id": row.call_id,
        "channel": call.channel,
        "language": language_name(call.language),
        "simulated": call.simulated,
    }


def _sound(row: Message) -> Row:
    return {"seconds": row.seconds} if isinstance(row, Voicemail) else {}


async def _callback(
    staff: Staff, row: Callback, ours: Calendar | None, tries: list[Attempt], people: dict[UUID, str],
    shown: dict[UUID, dict[str, str]],
) -> Row:  # fmt: skip
    told: Row = {
        "allowed": callbacks.allowed(row, staff.tenant, ours),
        "window": _window(row, staff.tenant.zone),
        "voicemail_ok": row.voicemail_ok,
        "shown": shown.get(row.id),
        "going": bool(tries) and tries[0].outcome == "dialling",
        "tries": [
            {"at": each.at, "who": people.get(each.member_id, ""), "outcome": gettext(CAME_OF_IT[each.outcome])}
            for each in tries
        ],
    }
    if row.owner == staff.member.id and row.status == "handling":
        told |= await callbacks.conditions(staff.session, row)
    return told


def _window(row: Callback, zone: str) -> str:
    """The caller's hours in words: "Mon, Wed 14:00–16:00", with whose clock where it isn't ours."""
    if row.window.get("never"):
        return gettext("They asked not to be called")
    words = get_day_names("abbreviated", locale=language().replace("-", "_"))
    named = row.window.get("days") or []
    days = gettext(", ").join(words[n] for n, day in enumerate(WEEKDAYS) if day in named) or gettext("any day")
    if not row.window.get("from"):
        return gettext("%(days)s, while we are open", days=days)
    theirs = zone_of(row.window, zone)
    hours = f"{days} {row.window['from']}–{row.window['until']}"
    if theirs == zone:
        return hours
    place = get_timezone_location(ZoneInfo(theirs), locale=language().replace("-", "_"), return_city=True)
    return gettext("%(hours)s by the clock of %(place)s", hours=hours, place=place)

"""Moving a number here from another company, as its hotline sees it."""

from datetime import datetime
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import Response

from hark.settings.numbers.view import common, line_names
from infra.errors import Conflict, NotFound
from infra.web import gettext, limit, render, see_other
from provisioning.numbers.porting import PortForm, ask, check, port_of, ports, read, withdraw
from tenants.members.access import Leads, Staff
from tenants.problems import _

router = APIRouter()
BASE = "/o/{slug}/settings/numbers/moves"
STATES = {
    "asked": (_("Asked for"), _("We look at it and write to your company, usually within two working days."), "info"),
    "sent": (_("With your company"), _("Your company looks whether everything is right. That takes days."), "info"),
    "agreed": (_("A day is agreed"), _("Keep the old contract until then; cancelling it loses the number."), "good"),
    "refused": (_("Refused"), _("Your company said no. See why, and ask again."), "bad"),
    "withdrawn": (_("Withdrawn"), _("You don't want it moved any more. It stays where it was."), "idle"),
    "done": (_("Here"), _("The number leads to your hotline now. You can end the old contract."), "good"),
}


def states() -> dict[str, tuple[str, str, str]]:
    """State → its word, what it means for the hotline, the colour of its dot."""
    return {name: (gettext(word), gettext(means), kind) for name, (word, means, kind) in STATES.items()}


async def _page(request: Request, staff: Staff, form: PortForm, wrong: dict[str, str], line: str = "") -> Response:
    lines = await line_names(staff.session)
    context = {
        "form": form,
        "wrong": wrong,
        "lines": lines,
        "line": line or next(iter(lines), ""),
        "moves": await ports(staff.session, staff.tenant.id),
        "states": states(),
    }
    return render(request, "settings/numbers/moves.html", common() | context, status=422 if wrong else 200)


@router.get(BASE)
async def moves(request: Request, staff: Leads) -> Response:
    """What moving takes, the moves so far, and the form of a new one."""
    return await _page(request, staff, PortForm(), {})


@router.post(BASE)
async def begin(request: Request, staff: Leads) -> Response:
    """Ask for a number to be moved here."""
    sent = await request.form()
    form, chosen = read(sent), str(sent.get("line") or "")
    wrong = check(form, staff.tenant.country)
    try:
        line = UUID(chosen)
    except ValueError:
        wrong["line"] = _("Choose a line.")
    if not wrong:
        await limit("number-move", str(staff.tenant.id), "20/day")
        try:
            row = await ask(staff.session, staff.tenant, form, line, member=staff.member.id)
        except NotFound:
            raise
        except Conflict as error:
            said = {error.field or "number": gettext(error.message) % error.params}
            return await _page(request, staff, form, said, chosen)
        return see_other(f"/o/{staff.tenant.slug}/settings/numbers/moves/{row.id}")
    said = {name: gettext(words) for name, words in wrong.items()}
    return await _page(request, staff, form, said, chosen)


@router.get(f"{BASE}/{{key}}")
async def move(request: Request, staff: Leads, key: UUID) -> Response:
    """One move and its story."""
    row = await port_of(staff.session, staff.tenant.id, key)
    told = [each | {"at": datetime.fromisoformat(each["at"])} for each in reversed(row.story)]
    return render(request, "settings/numbers/move.html", common() | {"move": row, "states": states(), "told": told})


@router.post(f"{BASE}/{{key}}/withdrawal")
async def stop(staff: Leads, key: UUID) -> Response:
    """Stop a move that isn't over."""
    await withdraw(staff.session, staff.tenant.id, key, member=staff.member.id)
    return see_other(f"/o/{staff.tenant.slug}/settings/numbers/moves/{key}")

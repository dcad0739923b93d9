"""Searching for a number and claiming it, each step as it happens."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import phonenumbers
from fastapi import APIRouter, Request
from fastapi.responses import Response

from hark.settings.numbers.view import common, line_names, offered_countries, offered_kinds, papers_words
from infra.carriers.numbers import CAPABILITIES, KINDS, Wanted
from infra.errors import Conflict, NotFound
from infra.web import gettext, limit, render, see_other
from provisioning.numbers.claiming import reserve, run_of
from provisioning.numbers.searching import Answer, chosen, real_sellers, search
from provisioning.steps.models import ProvisioningStep
from provisioning.steps.run import Shown, finished, shown, steps_of, taken_back
from tenants.directory.models import Number
from tenants.members.access import Leads, Staff
from tenants.problems import _

router = APIRouter()
BASE = "/o/{slug}/settings/numbers"


def _wanted(asked: Mapping[str, str], home: str) -> Wanted:
    """What was asked for; anything odd becomes the usual."""
    country = asked.get("country", "").upper()
    kind = next((each for each in KINDS if each == asked.get("kind")), KINDS[0])
    return Wanted(
        country=country if country in phonenumbers.SUPPORTED_REGIONS else home,
        kind=kind,
        area=asked.get("area", "").strip()[:60],
        contains="".join(sign for sign in asked.get("contains", "") if sign in "0123456789")[:10],
        capabilities=tuple(each for each in CAPABILITIES if each == "voice" or asked.get(each)),
    )


async def _page(
    request: Request, staff: Staff, wanted: Wanted, answer: Answer | None, *, wrong: str = "", status: int = 200
) -> Response:
    places = offered_countries()
    context = {
        "wanted": wanted,
        "answer": answer,
        "lines": await line_names(staff.session),
        "places": places,
        "kind_options": [(kind, word, means) for kind, (word, means) in offered_kinds().items()],
        "papers": papers_words,
        "extras": [each for each in CAPABILITIES if each not in ("voice", "fax")],
        "simulated": all(side.offers.simulated for _carrier, _node, side in real_sellers()),
        "wrong": wrong,
    }
    return render(request, "settings/numbers/search.html", common() | context, status=status)


@router.get(f"{BASE}/search")
async def find(request: Request, staff: Leads) -> Response:
    """The search, and once something was asked its answer."""
    asked = dict(request.query_params)
    wanted = _wanted(asked, staff.tenant.country)
    answer = None
    if "kind" in asked:
        await limit("number-search", str(staff.tenant.id), "120/hour")
        answer = await search(staff.session, wanted)
    return await _page(request, staff, wanted, answer)


@router.post(f"{BASE}/claims")
async def claim(request: Request, staff: Leads) -> Response:
    """Reserve the chosen number and begin to claim it."""
    sent = {name: str(value) for name, value in (await request.form()).items()}
    await limit("number-claim", str(staff.tenant.id), "30/hour")
    try:
        line = UUID(sent.get("line", ""))
    except ValueError:
        return await _again(request, staff, sent, _("Choose a line."), 422)
    if not sent.get("choice"):
        return await _again(request, staff, sent, _("Choose a number."), 422)
    try:
        choice = chosen(sent["choice"], staff.tenant.id)
        key = await reserve(staff.session, staff.tenant.id, line, choice, member=staff.member.id)
    except Conflict as error:
        return await _again(request, staff, sent, gettext(error.message) % error.params, error.status)
    return see_other(f"/o/{staff.tenant.slug}/settings/numbers/claims/{key}")


async def _again(request: Request, staff: Staff, sent: Mapping[str, str], wrong: str, status: int) -> Response:
    """The same search once more, with what kept it from being claimed."""
    wanted = _wanted(sent, staff.tenant.country)
    answer = await search(staff.session, wanted)
    return await _page(request, staff, wanted, answer, wrong=gettext(wrong), status=status)


async def _progress(staff: Staff, key: UUID) -> dict[str, Any]:
    rows = await steps_of(staff.session, run_of(key), staff.tenant.id)
    if not rows:
        raise NotFound
    row = await staff.session.get(Number, key)
    return {
        "key": key,
        "number": row if row and row.tenant == staff.tenant.id else None,
        "done": finished(rows),
        "failed": taken_back(rows),
        "why": _why(rows),
        "steps": [_step(row, step) for row, step in zip(rows, shown(rows), strict=True)],
    }


def _step(row: ProvisioningStep, step: Shown) -> dict[str, str]:
    """A step as it is shown. One that tried nothing, or in vain, isn't shown as if it had."""
    detail = gettext("It didn't work at once; trying again.") if step.again else ""
    if row.name == "verify" and step.state == "done" and not row.kept.get("verified"):
        if row.kept.get("verified") is None:
            return {"title": gettext("Ready, and not tried by a call yet"), "state": "done", "detail": ""}
        return {"title": gettext("Ready, but the trial call didn't come through"), "state": "done", "detail": ""}
    return {"title": gettext(step.title), "state": step.state, "detail": detail}


def _why(rows: list[ProvisioningStep]) -> str:
    """What the step that failed said to people; errors that are none of theirs stay in the log."""
    said = next((row.error or "" for row in rows if row.state == "failed"), "")
    return gettext(said) if " " in said else ""


@router.get(f"{BASE}/claims/{{key}}")
async def claiming(request: Request, staff: Leads, key: UUID) -> Response:
    """A number being claimed, step by step."""
    return render(request, "settings/numbers/claiming.html", common() | await _progress(staff, key))


@router.get(f"{BASE}/claims/{{key}}/steps")
async def claiming_steps(request: Request, staff: Leads, key: UUID) -> Response:
    """The part of that page which changes."""
    return render(request, "settings/numbers/steps.html", common() | await _progress(staff, key))

"""The board of cases, one case, and what is done with it: every act is a plain form and works without a script."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import Response

from hark.cases import service
from hark.cases.access import open_case
from hark.cases.board import board, card, closed_page, timeline, title
from hark.contacts import pages
from hark.contacts.access import open_contact
from hark.desk.keyset import older_page, read_key
from infra.errors import Conflict, HarkError, Invalid
from infra.ids import new_id
from infra.web import gettext, language, render, see_other
from tenants.audit import record
from tenants.members.access import ANSWERS, Answers, Anyone, Staff
from tenants.members.names import names
from tenants.members.service import members
from tenants.texts import say
from tenants.workflows.versions import workflow_of

router = APIRouter(prefix="/o/{slug}/cases")
Words = Annotated[str, Form(max_length=40_000)]
Key = Annotated[str, Form(max_length=60)]


@router.get("")
async def index(request: Request, staff: Anyone, view: str = "") -> Response:
    """The board: a column for each stage, the newest move first; `view` is "mine"."""
    return await _board(request, staff, mine=view == "mine")


async def _board(request: Request, staff: Staff, *, mine: bool, told: HarkError | None = None) -> Response:
    columns, workflow = await board(staff, mine=mine)
    base = f"/o/{staff.tenant.slug}/cases"
    context = {
        "columns": columns,
        "stages": [(stage.key, say(stage.label, language())) for stage in workflow.stages if stage.kind != "closed"],
        "tabs": [
            (base, gettext("Everybody's"), not mine),
            (f"{base}?view=mine", gettext("Mine"), mine),
            (f"{base}/closed", gettext("Closed"), False),
        ],
        "may_write": staff.may(*ANSWERS),
        "view": "mine" if mine else "",
        "told": gettext(told.message) if told else "",
    }
    return render(request, "cases/board.html", context, status=told.status if told else 200)


@router.post("")
async def begin(request: Request, staff: Answers, contact: Annotated[UUID, Form()]) -> Response:
    """Open a case from a contact; asked twice, there is still one."""
    case = await service.open_from(staff, contact)
    if "hx-request" in request.headers:
        return await pages.record_page(request, staff, await open_contact(staff, contact))
    return see_other(f"/o/{staff.tenant.slug}/cases/{case.number}")


@router.get("/closed")
async def closed(request: Request, staff: Anyone, before: Annotated[str, Query(max_length=100)] = "") -> Response:
    """Closed cases, the last closed first."""
    rows, older = await closed_page(staff, read_key(before))
    people = await names(staff.session)
    base = f"/o/{staff.tenant.slug}/cases"
    outcomes = {}
    for case in rows:
        outcome = (await workflow_of(staff.session, case.workflow_version_id)).outcome(case.outcome or "")
        outcomes[case.number] = say(outcome.label, language()) if outcome else ""
    context = {
        "cards": [await card(staff, case, people) for case in rows],
        "outcomes": outcomes,
        "older": older_page(f"{base}/closed", older),
        "tabs": [
            (base, gettext("Everybody's"), False),
            (f"{base}?view=mine", gettext("Mine"), False),
            (f"{base}/closed", gettext("Closed"), True),
        ],
    }
    return render(request, "cases/closed.html", context)


@router.get("/{number}")
async def page(request: Request, staff: Anyone, number: int) -> Response:
    """One case; that somebody read it is written down."""
    opened = await open_case(staff, number)
    if opened.sight.contents:
        record(staff.session, "case.read", member=staff.member.id, subject=opened.case.id, number=number)
    return await _page(request, staff, number)


async def _page(
    request: Request, staff: Staff, number: int, told: HarkError | None = None, typed: str = ""
) -> Response:
    opened = await open_case(staff, number)
    case = opened.case
    workflow = await workflow_of(staff.session, case.workflow_version_id)
    stage, outcome = workflow.stage(case.stage), workflow.outcome(case.outcome or "")
    people = await names(staff.session)
    context = {
        "case": case,
        "title": await title(staff, case),
        "stage": say(stage.label, language()) if stage else case.stage,
        "kind": stage.kind if stage else "open",
        "outcome": say(outcome.label, language()) if outcome else "",
        "owner": people.get(case.owner, "") if case.owner else "",
        "events": await timeline(staff, case, workflow, contents=opened.sight.contents),
        "may_write": opened.sight.write,
        "contents": opened.sight.contents,
        "stages": [(each.key, say(each.label, language())) for each in workflow.stages if each.kind != "closed"],
        "outcomes": [(each.key, say(each.label, language())) for each in workflow.outcomes],
        "answering": [
            ("nobody", gettext("Nobody for now")),
            *((str(each.id), each.name) for each in await members(staff.session) if each.role in ANSWERS),
        ],
        "note_key": new_id(),
        "told": told,
        "said": gettext(told.message) if told else "",
        "typed": typed,
    }
    return render(request, "cases/case.html", context, status=told.status if told else 200)


def _back(staff: Staff, number: int, back: str) -> Response:
    base = f"/o/{staff.tenant.slug}/cases"
    if back in ("board", "mine"):
        return see_other(f"{base}{'?view=mine' if back == 'mine' else ''}#case-{number}")
    return see_other(f"{base}/{number}")


@router.post("/{number}/move")
async def move(request: Request, staff: Answers, number: int, stage: Key, seen: Key = "", back: Key = "") -> Response:
    """Put a case into another stage."""
    try:
        await service.move(staff, number, stage, seen=seen)
    except (Conflict, Invalid) as error:
        if back in ("board", "mine"):
            return await _board(request, staff, mine=back == "mine", told=error)
        return await _page(request, staff, number, error)
    return _back(staff, number, back)


@router.post("/{number}/notes")
async def note(
    request: Request, staff: Answers, number: int, key: Annotated[UUID, Form()], note: Words = ""
) -> Response:
    """Write a note."""
    try:
        await service.note(staff, number, note, key=key)
    except Invalid as error:
        return await _page(request, staff, number, error, note)
    return _back(staff, number, "")


@router.post("/{number}/title")
async def rename(request: Request, staff: Answers, number: int, title: Words = "") -> Response:
    """Give a case another title."""
    try:
        await service.rename(staff, number, title)
    except Invalid as error:
        return await _page(request, staff, number, error, title)
    return _back(staff, number, "")


@router.post("/{number}/owner")
async def assign(request: Request, staff: Answers, number: int, owner: Key = "") -> Response:
    """Give a case to somebody, or to nobody."""
    try:
        await service.assign(staff, number, None if owner == "nobody" else UUID(owner))
    except (Invalid, ValueError):
        wrong = Invalid("Choose somebody who works on cases.", field="owner")
        return await _page(request, staff, number, wrong)
    return _back(staff, number, "")


@router.post("/{number}/closure")
async def close(request: Request, staff: Answers, number: int, outcome: Key = "") -> Response:
    """Close a case with what came of it."""
    try:
        await service.close(staff, number, outcome)
    except Invalid as error:
        return await _page(request, staff, number, error)
    return _back(staff, number, "")


@router.post("/{number}/reopening")
async def reopen(staff: Answers, number: int) -> Response:
    """Open a closed case again."""
    await service.reopen(staff, number)
    return _back(staff, number, "")

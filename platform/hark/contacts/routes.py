"""The pages of contacts: the list, one record beside its call or by itself, and what saves it."""

from datetime import date
from typing import Annotated, Any
from urllib.parse import urlsplit
from uuid import UUID

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel
from pydantic import Field as Limit

from hark.contacts import pages, service
from hark.contacts.access import open_contact
from hark.contacts.lists import Wanted, contacts
from hark.contacts.view import PREFIX
from hark.desk.keyset import older_page, read_key
from infra.clock import now
from infra.errors import Conflict
from infra.ids import new_id
from infra.web import gettext, render, see_other
from tenants.members.access import ANSWERS, Answers, Anyone, Staff
from tenants.members.names import names

router = APIRouter(prefix="/o/{slug}/contacts")


@router.get("")
async def index(
    request: Request, staff: Anyone, view: str = "", day: str = "", before: Annotated[str, Query(max_length=100)] = ""
) -> Response:
    """Contacts, newest first; `view` is "mine" or "drafts", `day` a local date."""
    on = _day(day)
    wanted = Wanted(view == "mine", view == "drafts", on, read_key(before))
    page = await contacts(staff, wanted)
    base = f"/o/{staff.tenant.slug}/contacts"
    named = (("", gettext("All")), ("mine", gettext("Mine")), ("drafts", gettext("Drafts")))
    context = {
        "rows": page.rows,
        "older": older_page(base, page.older, view=view, day=day),
        "tabs": [(f"{base}?view={key}" if key else base, word, key == view) for key, word in named],
        "view": view if view in ("mine", "drafts") else "",
        "day": on.isoformat() if on else "",
        "people": await names(staff.session),
        "may_write": staff.may(*ANSWERS),
        "key": new_id(),
    }
    return render(request, "contacts/list.html", context)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


@router.post("")
async def begin(staff: Answers, key: Annotated[UUID, Form()]) -> Response:
    """A record of somebody who came or wrote. `key` was made with the page, so pressing twice makes one record."""
    seen = await service.without_call(staff, key)
    return see_other(f"/o/{staff.tenant.slug}/contacts/{seen.contact.id}")


@router.get("/for-call/{call_id}")
async def for_call(request: Request, staff: Answers, call_id: UUID) -> Response:
    """The record of a call, made on first asking: a fragment beside the call, a page by itself."""
    return await pages.record_page(request, staff, await service.for_call(staff, call_id))


@router.post("/for-call/{call_id}/silence")
async def silence(
    request: Request, staff: Answers, call_id: UUID, silent: Annotated[str, Form(max_length=3)] = "yes"
) -> Response:
    """Note that the caller says nothing, or that they spoke after all; the call goes on either way."""
    seen = await service.note_silence(staff, call_id, silent=silent == "yes")
    return await _shown(request, staff, seen.contact.id)


@router.get("/{key}")
async def page(request: Request, staff: Anyone, key: UUID) -> Response:
    """One contact; that somebody read it is written down."""
    return await pages.record_page(request, staff, await open_contact(staff, key))


class Typed(BaseModel):
    """What one tab has to say: the fields that changed, the revision it has seen, which of its messages this is."""

    revision: int = Limit(ge=0)
    tab: str = Limit(default="", max_length=64)
    count: int = Limit(default=0, ge=0)
    changes: dict[str, Any] = Limit(default_factory=dict, max_length=500)


@router.patch("/{key}")
async def save(staff: Answers, key: UUID, typed: Typed) -> Response:
    """Save what was typed. 409 when somebody else wrote one of the fields meanwhile: both wordings are told, that
    field is left alone and all others are saved."""
    saved = await service.save(staff, key, typed.changes, seen=typed.revision, tab=typed.tab, count=typed.count)
    body = {
        "revision": saved.merged.revision,
        "saved_at": now().isoformat(),
        "news": pages.news(saved),
        "conflicts": await pages.conflicts(staff, saved),
    }
    return JSONResponse(body, 409 if saved.merged.conflicts else 200)


@router.post("/{key}/submit")
async def submit(
    request: Request,
    staff: Answers,
    key: UUID,
    revision: Annotated[int, Form(ge=0)] = 0,
    tab: Annotated[str, Form(max_length=64)] = "",
    count: Annotated[int, Form(ge=0)] = 0,
) -> Response:
    """Hand a record in; what is missing comes back beside its field, and what was typed is kept either way."""
    form = await request.form()
    typed = {name.removeprefix(PREFIX): form.getlist(name) for name in form if name.startswith(PREFIX)}
    values = await pages.posted(staff, key, typed)
    try:
        saved = await service.submit(staff, key, values, seen=revision, tab=tab, count=count)
    except Conflict as conflict:
        return await pages.unsubmitted(request, staff, await open_contact(staff, key), values, conflict)
    if saved.merged.conflicts or saved.problems:
        return await pages.returned(request, staff, saved)
    return await _shown(request, staff, key)


@router.post("/{key}/amend")
async def amend(request: Request, staff: Answers, key: UUID) -> Response:
    """Open a submitted record again; that it was is written down."""
    await service.amend(staff, key)
    return await _shown(request, staff, key)


async def _shown(request: Request, staff: Staff, key: UUID) -> Response:
    """The record as it is now: in its place beside a call, else its page from the start."""
    base = f"/o/{staff.tenant.slug}/contacts"
    if "hx-request" not in request.headers:
        return see_other(f"{base}/{key}")
    if urlsplit(request.headers.get("hx-current-url", "")).path.startswith(base):
        return Response(headers={"hx-redirect": f"{base}/{key}"})
    return await pages.record_page(request, staff, await open_contact(staff, key))

"""The donor's own page: what they gave, what they give each month, what is kept of them, and their wishes."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from billing.donors.forgetting import forget
from billing.donors.given import given, statements_of, titles_of
from billing.donors.jobs import wish_address
from billing.donors.keys import visitor
from billing.donors.pages.access import DonorRoute, Visit, Visiting, headers, home, let_out, secret_of
from billing.donors.service import describe
from billing.donors.taken import taken_along
from billing.giving.donors import known
from billing.giving.page.view import shell, spoken
from billing.money import Money
from billing.monthly.service import monthly_of
from billing.receipts.pages.routes import pdf_answer
from billing.receipts.paper.printing import year_pdf
from billing.receipts.paper.wording import day, day_of
from billing.receipts.years import year_of
from billing.reminders import service as reminders
from infra.errors import HarkError, Invalid, NotFound
from infra.ids import new_id
from infra.web import LANGUAGES, limit, render, see_other
from infra.web import gettext as _
from tenants.members.access import AtHotline
from tenants.members.service import normal_email
from tenants.profile.service import profile

router = APIRouter(prefix="/h/{slug}/my-gifts", route_class=DonorRoute)
Word = Annotated[str, Form(max_length=400)]


@router.get("")
async def mine(
    request: Request, at: AtHotline, closed: str = "", before: UUID | None = None, done: str = "", part: str = ""
) -> Response:
    """The page of whoever is visiting, or the `part` of it that changes by itself; to everybody else the question for
    their address."""
    donor = await visitor(at.session, secret := secret_of(request))
    if donor is None:
        context = shell(at.tenant, await profile(at.session))
        context |= {"mine": home(at.tenant.slug), "closed": bool(closed), "email": "", "wrong": {}}
        return render(request, "donors/ask.html", context, headers=headers())
    visit = Visit(at.session, at.tenant, donor, secret)
    return await page(request, visit, before=before, done=done, template="every_month" if part else "mine")


async def page(
    request: Request,
    visit: Visit,
    *,
    before: UUID | None = None,
    done: str = "",
    wrong: HarkError | None = None,
    where: str = "",
    typed: dict[str, str] | None = None,
    template: str = "mine",
) -> Response:
    """The page. `wrong` went wrong in the part `where` ("details", "address", or a monthly gift's id); what was
    `typed` there is still there."""
    session, tenant, donor = visit.session, visit.tenant, visit.donor
    tag = spoken(tenant)
    gifts, older = await given(session, tenant, donor.id, tag, before)
    monthly, reminded = await monthly_of(session, donor.id), await reminders.reminders_of(session, donor.id)
    offered = {each: LANGUAGES[each] for each in tenant.languages if each in LANGUAGES}
    context: dict[str, Any] = shell(tenant, await profile(session)) | {
        "mine": home(tenant.slug),
        "known": await known(session, donor),
        "donor": donor,
        "gifts": gifts,
        "older": older,
        "first": before is None,
        "monthly": monthly,
        "reminders": [(row, Money(row.amount_minor, row.currency)) for row in reminded],
        "titles": await titles_of(session, tenant, tag, [*monthly, *reminded]),
        "statements": await statements_of(session, donor.id),
        "day": day,
        "day_of": day_of,
        "done": done,
        "where": where,
        "trouble": _(wrong.message, **wrong.params) if wrong else "",
        "field": (wrong.field or "") if wrong else "",
        "typed": typed or {},
        "offered": offered,
        "token": new_id().hex,
    }
    status = wrong.status if wrong else 200
    return render(request, f"donors/{template}.html", context, status=status, headers=headers())


@router.get("/statements/{year}")
async def statement(visit: Visiting, year: int, part: int = 0) -> Response:
    """A year's statement as PDF; `part` where receipts were issued to more than one address of theirs."""
    of_year = [donor for held, donor in await statements_of(visit.session, visit.donor.id) if held == year]
    if not 0 <= part < len(of_year):
        raise NotFound
    row = await year_of(visit.session, of_year[part], year)
    email = (await known(visit.session, visit.donor)).email
    return pdf_answer(await year_pdf(visit.session, row, email=email), f"gifts-{year}")


@router.post("/details")
async def details(request: Request, visit: Visiting, name: Word = "", language: Word = "") -> Response:
    """Be called otherwise, and written to in another language."""
    tag = language if language in visit.tenant.languages else visit.donor.language
    try:
        await describe(visit.session, visit.donor, name=name, language=tag)
    except Invalid as wrong:
        return await page(request, visit, wrong=wrong, where="details", typed={"name": name})
    return _back(visit, "details", "yours")


@router.post("/address")
async def address(request: Request, visit: Visiting, email: Word = "") -> Response:
    """Ask for another address: nothing changes before somebody confirms it there."""
    await limit("donors.move", str(visit.donor.id), "5/day")
    try:
        await wish_address(visit.session, visit.donor.id, normal_email(email))
    except Invalid as wrong:
        return await page(request, visit, wrong=wrong, where="address", typed={"email": email})
    return _back(visit, "address", "yours")


@router.get("/data.json")
async def data(visit: Visiting) -> Response:
    """All that is kept, to take along."""
    said = await taken_along(visit.session, visit.tenant, visit.donor)
    told = {"content-disposition": 'attachment; filename="my-gifts.json"', "cache-control": "private, no-store"}
    return Response(said, headers=told, media_type="application/json")


@router.post("/forget")
async def forget_me(request: Request, visit: Visiting, sure: Word = "") -> Response:
    """Be forgotten, as far as law allows."""
    if sure != "yes":
        wrong = Invalid(_("Tick the box, so that nobody is forgotten by a slip."), field="sure")
        return await page(request, visit, wrong=wrong, where="forget")
    await forget(visit.session, visit.donor.id)
    context = shell(visit.tenant, await profile(visit.session))
    answer = render(request, "donors/forgotten.html", context, headers=headers())
    let_out(answer, visit.tenant)
    return answer


@router.post("/reminders/{reminder}/stop")
async def stop_reminder(visit: Visiting, reminder: UUID) -> Response:
    """Remind no more."""
    row = await reminders.reminder(visit.session, reminder)
    if row.donor != visit.donor.id:
        raise NotFound
    await reminders.stop(visit.session, row.id)
    return _back(visit, "reminder", "monthly")


def _back(visit: Visit, done: str, anchor: str) -> Response:
    return see_other(f"{home(visit.tenant.slug)}?done={done}#{anchor}")

"""The pages of donors: the list and its table, one donor, what is noted of them, their statements, forgetting them."""

from functools import partial
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import Response

from billing.donors.forgetting import forget
from billing.donors.given import given, statements_of
from billing.fundraising.donors.listing import Listed, export, listed
from billing.fundraising.donors.notes import keep_note, note_of
from billing.fundraising.gifts.listing import donor_by_email
from billing.fundraising.sheet import read_cursor, write_cursor
from billing.money import shown
from billing.monthly.standing import monthly_of
from billing.receipts.pages.routes import pdf_answer
from billing.receipts.paper.printing import year_pdf
from billing.receipts.paper.wording import day
from billing.receipts.years import year_of
from infra.errors import Invalid, NotFound
from infra.web import gettext, language, limit, render, see_other
from tenants.audit import record
from tenants.members.access import Funds, Staff
from tenants.texts import language_name

router = APIRouter(prefix="/o/{slug}/money/donors")
Said = Annotated[str, Query(max_length=320)]


def _home(staff: Staff) -> str:
    return f"/o/{staff.tenant.slug}/money/donors"


@router.get("")
async def index(
    request: Request, staff: Funds, before: Said = "", email: Said = "", forgotten: bool = False
) -> Response:
    """Donors, whoever gave last first; or the one with an address."""
    after, sought = read_cursor(before), email.strip()
    key = await donor_by_email(staff.session, sought) if sought else None
    found, older = ([], None) if sought and key is None else await listed(staff.session, after, key)
    context = {
        "donors": found,
        "older": f"?before={write_cursor(older)}" if older else "",
        "first": after is None,
        "email": sought,
        "forgotten": forgotten,
        "shown": partial(shown, language=language()),
    }
    if found:
        record(staff.session, "donor.list", member=staff.member.id)
    return render(request, "fundraising/donors.html", context)


@router.get("/table.csv")
async def table(staff: Funds) -> Response:
    """Every donor, for a spreadsheet or for letters."""
    await limit("donor.export", str(staff.tenant.id), "30/hour")
    record(staff.session, "donor.export", member=staff.member.id)
    return export(staff.tenant.slug, staff.tenant.zone)


async def _donor(staff: Staff, key: UUID) -> Listed:
    found, _older = await listed(staff.session, only=key)
    if not found:
        raise NotFound
    return found[0]


async def _page(
    request: Request, staff: Staff, key: UUID, wrong: str = "", note: str | None = None, before: UUID | None = None
) -> Response:
    one = await _donor(staff, key)
    gifts, older = await given(staff.session, staff.tenant, key, language(), before)
    context: dict[str, Any] = {
        "one": one,
        "gifts": gifts,
        "older": older,
        "first": before is None,
        "monthly": await monthly_of(staff.session, key),
        "years": sorted({year for year, _hash in await statements_of(staff.session, key)}, reverse=True),
        "note": await note_of(staff.session, key) if note is None else note,
        "wrong": wrong,
        "tongue": language_name(one.donor.language),
        "shown": partial(shown, language=language()),
        "day": day,
    }
    return render(request, "fundraising/donor.html", context, status=422 if wrong else 200)


@router.get("/{key}")
async def donor_page(request: Request, staff: Funds, key: UUID, before: UUID | None = None) -> Response:
    """A donor: what they gave, what they give each month, what was noted."""
    answer = await _page(request, staff, key, before=before)
    record(staff.session, "donor.read", member=staff.member.id, subject=key)
    return answer


@router.post("/{key}/note")
async def save_note(
    request: Request, staff: Funds, key: UUID, note: Annotated[str, Form(max_length=5000)] = ""
) -> Response:
    """Keep what is noted of a donor."""
    await _donor(staff, key)
    try:
        await keep_note(staff.session, key, note)
    except Invalid as error:
        return await _page(request, staff, key, gettext(error.message), note)
    record(staff.session, "donor.note", member=staff.member.id, subject=key)
    return see_other(f"{_home(staff)}/{key}#note")


@router.get("/{key}/years/{year}.pdf")
async def statement(staff: Funds, key: UUID, year: int) -> Response:
    """A donor's statement of a year. NotFound where no receipt of theirs stands in it."""
    for each, hashed in await statements_of(staff.session, key):
        if each == year:
            record(staff.session, "receipt.read", member=staff.member.id, subject=key)
            row, email = await year_of(staff.session, hashed, year), (await _donor(staff, key)).known.email
            return pdf_answer(await year_pdf(staff.session, row, email=email), f"gifts-{year}")
    raise NotFound


@router.post("/{key}/forgetting")
async def forget_donor(staff: Funds, key: UUID, sure: Annotated[str, Form(max_length=10)] = "") -> Response:
    """Forget a donor who asked for it: receipts and the books' figures stay, all else goes. Only for who is sure."""
    if sure != "yes":
        await _donor(staff, key)
        return see_other(f"{_home(staff)}/{key}")
    await forget(staff.session, key, member=staff.member.id)
    return see_other(f"{_home(staff)}?forgotten=1")

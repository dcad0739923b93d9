"""The staff's pages: what came in, and how gifts are taken."""

from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import Response

from billing.campaigns.service import campaigns
from billing.campaigns.thermometer import thermometer
from billing.giving.desk import kept
from billing.giving.desk.overview import listed, months, sums
from billing.giving.settings import giving_of
from billing.money import shown
from billing.processor.access import simulated
from billing.processor.checkout import methods
from billing.screening.service import strained
from infra.settings import settings
from infra.web import language, render, see_other
from tenants.audit import record
from tenants.members.access import Funds, Staff
from tenants.texts import language_name, say

router = APIRouter()


def _before(text: str) -> tuple[datetime, UUID] | None:
    """Where a page of the list begins; None for the first."""
    at, _, row = text.partition("~")
    try:
        moment = datetime.fromisoformat(at)
        return (moment, UUID(row)) if moment.tzinfo else None
    except ValueError:
        return None


@router.get("/o/{slug}/money")
async def overview(request: Request, staff: Funds, before: str = "") -> Response:
    """What came in: this month, this year, month by month, and the gifts themselves."""
    giving = await giving_of(staff.session, staff.tenant)
    gifts, older = await listed(staff.session, _before(before))
    context = {
        "giving": giving,
        "sums": await sums(staff.session, staff.tenant.zone),
        "months": await months(staff.session, staff.tenant.zone, giving.settings.currency),
        "gifts": gifts,
        "older": f"?before={older[0].isoformat().replace('+', '%2B')}~{older[1]}" if older else "",
        "first": not before,
        "shown": partial(shown, language=language()),
        "simulated": simulated(),
        "strained": await strained(staff.tenant.id),
        "ready": bool(await methods(staff.session)),
        "campaigns": {row.id: say(row.title, language()) for row in await campaigns(staff.session)},
    }
    if gifts:
        record(staff.session, "gift.list", member=staff.member.id)
    return render(request, "giving/overview.html", context)


async def _settings(
    request: Request, staff: Staff, form: kept.SettingsForm, wrong: dict[str, str], *, saved: bool = False
) -> Response:
    giving = await giving_of(staff.session, staff.tenant)
    rows = await campaigns(staff.session)
    context: dict[str, Any] = {
        "giving": giving,
        "form": form,
        "wrong": wrong,
        "saved": saved,
        "tags": {tag: language_name(tag) for tag in staff.tenant.languages},
        "currencies": {code: code for code in sorted({*kept.CURRENCIES, form.currency, giving.settings.currency})},
        "ready": bool(await methods(staff.session)),
        "law": say(giving.law.says, language()),
        "filing_name": say(giving.law.filing, language()),
        "qualification": say(giving.law.qualification, language()),
        "receipt": giving.law.receipt,
        "receipt_name": say(giving.law.receipt.name, language()) if giving.law.receipt else "",
        "campaigns": [(row, say(row.title, language()), await thermometer(staff.session, row)) for row in rows],
        "shown": partial(shown, language=language()),
        "address": f"{settings().base_url}/h/{staff.tenant.slug}/give",
        "simulated": simulated(),
    }
    return render(request, "giving/settings.html", context, status=422 if wrong else 200)


@router.get("/o/{slug}/money/giving")
async def settings_page(request: Request, staff: Funds, saved: bool = False) -> Response:
    """The donation page: on or off, amounts, texts, law; and its campaigns."""
    giving = await giving_of(staff.session, staff.tenant)
    form = kept.as_kept(giving.settings, staff.tenant.languages)
    return await _settings(request, staff, form, {}, saved=saved)


@router.post("/o/{slug}/money/giving")
async def save_settings(request: Request, staff: Funds) -> Response:
    """Keep them; donors meet them from their next visit on."""
    giving = await giving_of(staff.session, staff.tenant)
    form = kept.read(await request.form(), staff.tenant.languages)
    before = giving.settings.open
    ready = bool(await methods(staff.session))
    row, wrong = kept.write(form, giving, staff.tenant, ready=ready, language=language())
    if row is None:
        return await _settings(request, staff, form, wrong)
    staff.session.add(row)
    act = "giving.change" if row.open == before else "giving.open" if row.open else "giving.close"
    record(staff.session, act, member=staff.member.id)
    return see_other(f"/o/{staff.tenant.slug}/money/giving?saved=1")

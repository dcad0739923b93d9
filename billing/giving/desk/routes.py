"""The staff's page on which they say how gifts are taken."""

from functools import partial
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from billing.campaigns.service import campaigns
from billing.campaigns.thermometer import thermometer
from billing.giving.desk import kept
from billing.giving.settings import giving_of
from billing.money import shown
from billing.processor.access import simulated
from billing.processor.checkout import methods
from billing.processor.connect.service import account_in_use
from infra.settings import settings
from infra.web import language, render, see_other
from tenants.audit import record
from tenants.members.access import Funds, Staff
from tenants.texts import language_name, say

router = APIRouter()


async def _settings(
    request: Request, staff: Staff, form: kept.SettingsForm, wrong: dict[str, str], *, saved: bool = False
) -> Response:
    giving = await giving_of(staff.session, staff.tenant)
    rows, account = await campaigns(staff.session), await account_in_use(staff.session)
    context: dict[str, Any] = {
        "giving": giving,
        "form": form,
        "wrong": wrong,
        "saved": saved,
        "tags": {tag: language_name(tag) for tag in staff.tenant.languages},
        "currencies": {code: code for code in sorted({*kept.CURRENCIES, form.currency, giving.settings.currency})},
        "ready": bool(await methods(staff.session)),
        "settled": account.currency if account and account.currency != giving.settings.currency else "",
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

"""The page on which an organisation connects its own account, sees how it stands, and lets it go."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from billing.money import Money, shown
from billing.processor.access import Gone, NotReady, Refused, Unavailable, simulated
from billing.processor.booking.reconcile import Reconciled, reconcile
from billing.processor.connect import service
from billing.processor.connect.countries import COUNTRIES, WAYS, asked, countries
from infra.settings import settings
from infra.web import gettext, language, limit, render, see_other
from infra.web.security import policy
from tenants.audit import record
from tenants.members.access import Leads, Staff

router = APIRouter()
ROOT = "/o/{slug}/money/account"


def _home(staff: Staff) -> str:
    return f"/o/{staff.tenant.slug}/money/account"


async def _page(
    request: Request,
    staff: Staff,
    wrong: str = "",
    status: int = 200,
    chosen: str = "",
    compared: Reconciled | None = None,
) -> Response:
    account = await service.account_in_use(staff.session)
    here = staff.tenant.country
    context = {
        "account": account,
        "missing": [gettext(words) for words in asked(account.missing)] if account else [],
        "countries": countries(language()),
        "chosen": chosen or (here if here in COUNTRIES else ""),
        "elsewhere": here not in COUNTRIES,
        "fee": settings().stripe_fee / 100,
        "simulated": simulated(),
        "ways": [gettext(WAYS[way]) if way in WAYS else way for way in account.methods] if account else [],
        "compared": compared,
        "sums": [
            (shown(Money(has, currency), language()), shown(Money(says, currency), language()), has == says)
            for currency, (has, says) in (compared.balances.items() if compared else ())
        ],
        "wrong": wrong,
    }
    headers = {} if simulated() else {"content-security-policy": policy(forms_to="https://connect.stripe.com")}
    return render(request, "connect/account.html", context, status=status, headers=headers)


async def _onwards(request: Request, staff: Staff, country: str) -> Response:
    """To the processor's page; back to ours, with the reason, when that can't be."""
    base = settings().base_url.rstrip("/")
    try:
        account = await service.open_account(staff.tenant, country, f"{base}/h/{staff.tenant.slug}")
        return see_other(await service.onboarding(account, base + _home(staff)))
    except Refused as error:
        said = gettext("Stripe doesn't open an account with these details (%(reason)s).", reason=error.reason)
        return await _page(request, staff, said, 422, country)
    except (Unavailable, Gone, NotReady) as error:
        return await _page(request, staff, gettext(error.message), 503, country)


@router.get(ROOT)
async def page(request: Request, staff: Leads) -> Response:
    """How the account stands."""
    return await _page(request, staff)


@router.post(ROOT)
async def connect(request: Request, staff: Leads, country: Annotated[str, Form(max_length=2)] = "") -> Response:
    """Open an account, or go on with the one that there is, at the processor's own page."""
    await limit("money.account", str(staff.tenant.id), "30/hour")
    held = await service.account_in_use(staff.session)
    if held is None and country not in COUNTRIES:
        return await _page(request, staff, gettext("Choose the country in which your organisation is registered."), 422)
    if held is None:
        record(staff.session, "money.connect", member=staff.member.id)
    return await _onwards(request, staff, held.country if held else country)


@router.get(ROOT + "/back")
async def back(staff: Leads) -> Response:
    """From the processor's page; how far one came there is asked, not believed."""
    return await check(staff)


@router.get(ROOT + "/again")
async def again(request: Request, staff: Leads) -> Response:
    """The processor's page had run out: a new one."""
    held = await service.account_in_use(staff.session)
    if held is None:
        return see_other(_home(staff))
    await limit("money.account", str(staff.tenant.id), "30/hour")
    return await _onwards(request, staff, held.country)


@router.post(ROOT + "/check")
async def check(staff: Leads) -> Response:
    """Ask how the account stands now; when that can't be asked, the page shows what it last knew, and since when."""
    held = await service.account_in_use(staff.session)
    if held is not None:
        try:
            await service.renew(staff.session, held.account)
        except (Unavailable, Refused):
            return see_other(_home(staff))
    return see_other(_home(staff))


@router.post(ROOT + "/comparison")
async def compare(request: Request, staff: Leads) -> Response:
    """Lay the books beside the processor's own record, line by line, and say what differs."""
    await limit("money.compare", str(staff.tenant.id), "20/hour")
    try:
        return await _page(request, staff, compared=await reconcile(staff.session))
    except (Unavailable, Refused, NotReady) as error:
        return await _page(request, staff, gettext(error.message), 503)


@router.post(ROOT + "/disconnect")
async def disconnect(staff: Leads) -> Response:
    """Take no more gifts by this account."""
    if held := await service.account_in_use(staff.session):
        await service.left(staff.session, held.account)
        record(staff.session, "money.disconnect", member=staff.member.id)
    return see_other(_home(staff))

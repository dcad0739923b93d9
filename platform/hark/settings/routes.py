"""The settings' index and the profile page; the pages about numbers hang on here."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from hark.settings.colours import TONES, samples
from hark.settings.form import PARTS, ProfileForm, check, read, shown, write
from hark.settings.numbers import operators
from hark.settings.numbers import routes as numbers_routes
from infra.web import gettext, render, see_other
from tenants.audit import record
from tenants.directory.service import numbers_of, tenant_by_id
from tenants.members.access import Leads, Staff
from tenants.profile.service import profile
from tenants.texts import language_name

router = APIRouter()
router.include_router(numbers_routes.whole)
router.include_router(operators.router)


@router.get("/o/{slug}/settings")
async def index(request: Request, staff: Leads) -> Response:
    """Everything that can be set, by name."""
    numbers = await numbers_of(staff.session, staff.tenant.id)
    return render(request, "settings/index.html", {"numbers": numbers})


def _page(request: Request, staff: Staff, form: ProfileForm, wrong: dict[str, str], *, saved: bool = False) -> Response:
    context = {
        "form": form,
        "wrong": {name: gettext(words) for name, words in wrong.items()},
        "parts": PARTS,
        "tags": {tag: language_name(tag) for tag in staff.tenant.languages},
        "tones": TONES,
        "samples": samples(form.brand, form.tone),
        "brand": form.brand,
        "saved": saved,
    }
    return render(request, "settings/profile.html", context, status=422 if wrong else 200)


@router.get("/o/{slug}/settings/profile")
async def profile_page(request: Request, staff: Leads, saved: bool = False) -> Response:
    """What the hotline says and how it looks."""
    return _page(request, staff, shown(staff.tenant, await profile(staff.session)), {}, saved=saved)


@router.get("/o/{slug}/settings/profile/colour")
async def colour(request: Request, staff: Leads, brand: str = "", tone: str = "warm") -> Response:
    """The part of that page which shows what becomes of a colour."""
    return render(request, "settings/colour.html", {"samples": samples(brand, tone), "brand": brand})


@router.post("/o/{slug}/settings/profile")
async def save_profile(request: Request, staff: Leads) -> Response:
    """Keep the profile. The public page shows it from the next visit on."""
    tenant, row = await tenant_by_id(staff.session, staff.tenant.id), await profile(staff.session)
    form = read(await request.form(), shown(tenant, row), tenant.languages)
    if wrong := check(form, tenant.languages):
        return _page(request, staff, form, wrong)
    changed = write(form, tenant, row)
    staff.session.add_all([tenant, row])
    if changed:
        record(staff.session, "profile.change", member=staff.member.id, fields=changed)
    return see_other(f"/o/{tenant.slug}/settings/profile?saved=1")

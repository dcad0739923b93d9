"""What the platform's own people do about numbers: moving them, and how much a hotline may telephone."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import Response

from hark.settings.numbers.limits import LimitsForm, check, keep, read, shown
from hark.settings.numbers.moving import states
from hark.settings.numbers.view import common
from infra.carriers.numbers import sellers
from infra.database import Session, unit_of_work
from infra.errors import HarkError, NotFound
from infra.scope import tenant_scope
from infra.web import gettext, language, render, see_other
from provisioning.numbers.models import Port
from provisioning.numbers.porting import NEXT, go_on, open_ports, secret_of
from provisioning.signup.places import countries
from tenants.allowance.service import allowance, used
from tenants.directory.models import Tenant
from tenants.members.access import PlatformOperator

router = APIRouter()
MOVES = "/platform/numbers/moves"
LIMITS = "/platform/hotlines/{tenant}/limits"


@router.get(MOVES)
async def moves(request: Request, session: PlatformOperator) -> Response:
    """Every move that isn't over."""
    rows = await open_ports(session)
    named = {row.tenant: await session.get(Tenant, row.tenant) for row in rows}
    return render(request, "settings/numbers/operator/moves.html", {"moves": rows, "named": named, "states": states()})


async def _page(
    request: Request, session: Session, row: Port, typed: dict[str, str], wrong: dict[str, str]
) -> Response:
    context: dict[str, Any] = {
        "move": row,
        "hotline": await session.get(Tenant, row.tenant),
        "secret": secret_of(row),
        "states": states(),
        "next": NEXT.get(row.state, ()),
        "state_options": {name: states()[name][0] for name in NEXT.get(row.state, ())},
        "accounts": {
            f"{carrier}/{node}": f"{carrier}, {node}" for carrier, node, side in sellers() if not side.offers.simulated
        },
        "typed": typed,
        "wrong": wrong,
    }
    return render(request, "settings/numbers/operator/move.html", common() | context, status=422 if wrong else 200)


async def _port(session: Session, key: UUID) -> Port:
    row = await session.get(Port, key)
    if row is None:
        raise NotFound
    return row


@router.get(f"{MOVES}/{{port}}")
async def move(request: Request, session: PlatformOperator, port: UUID) -> Response:
    """One move: what the hotline said, its story, what has happened now."""
    return await _page(request, session, await _port(session, port), {}, {})


@router.post(f"{MOVES}/{{port}}")
async def tell(request: Request, session: PlatformOperator, port: UUID) -> Response:
    """Write down what has happened; the hotline reads it."""
    row = await _port(session, port)
    typed = {name: str(value).strip()[:2000] for name, value in (await request.form()).items()}
    try:
        await go_on(
            session, port, typed.get("state", ""), typed.get("words", ""),
            moves_on=typed.get("moves_on", ""), account=typed.get("account", ""),
        )  # fmt: skip
    except NotFound:
        raise
    except HarkError as error:
        return await _page(request, session, row, typed, {error.field or "state": gettext(error.message)})
    return see_other(f"{MOVES}/{port}")


async def _limits_page(
    request: Request, tenant: Tenant, form: LimitsForm | None, wrong: dict[str, str], *, saved: bool = False
) -> Response:
    with tenant_scope(tenant.id):
        async with unit_of_work() as session:
            limits, so_far = await allowance(session), await used(session)
    context = {
        "hotline": tenant,
        "form": form or shown(limits),
        "limits": limits,
        "used": so_far,
        "wrong": wrong,
        "places": countries(language()),
        "saved": saved,
    }
    return render(request, "settings/numbers/operator/limits.html", common() | context, status=422 if wrong else 200)


async def _hotline(session: Session, key: UUID) -> Tenant:
    row = await session.get(Tenant, key)
    if row is None or not row.usable:
        raise NotFound
    return row


@router.get(LIMITS)
async def limits_page(request: Request, session: PlatformOperator, tenant: UUID, saved: bool = False) -> Response:
    """How much a hotline may telephone outwards, and how much it has."""
    return await _limits_page(request, await _hotline(session, tenant), None, {}, saved=saved)


@router.post(LIMITS)
async def set_limits(request: Request, session: PlatformOperator, tenant: UUID) -> Response:
    """Set a hotline's limits; they hold from the next call on."""
    hotline = await _hotline(session, tenant)
    sent = await request.form()
    form = read(sent)
    if wrong := check(form):
        said = {name: gettext(words) for name, words in wrong.items()}
        return await _limits_page(request, hotline, form, said)
    with tenant_scope(hotline.id):
        async with unit_of_work() as own:
            await keep(own, form)
    return see_other(f"/platform/hotlines/{tenant}/limits?saved=1")

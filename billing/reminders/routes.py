"""Where the link in a reminder leads: one page, one button, no more reminders."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response

from billing.giving.page.view import shell
from billing.money import Money
from billing.reminders import service
from billing.reminders.models import GiftReminder
from infra.web import render, see_other
from tenants.members.access import AtHotline, Caller
from tenants.profile.service import profile

router = APIRouter(prefix="/h/{slug}/reminders")


@router.get("/{reminder_token}")
async def ask(request: Request, at: AtHotline, reminder_token: str) -> Response:
    """What would be stopped, or that it is; opened by a machine that reads letters, it stops nothing."""
    row = await service.by_link(at.session, reminder_token)
    return render(request, "reminders/stop.html", await _context(at, row) | {"token": reminder_token})


@router.post("/{reminder_token}")
async def stop(at: AtHotline, reminder_token: str) -> Response:
    """Stop it. Pressed twice, it is stopped."""
    row = await service.by_link(at.session, reminder_token)
    await service.stop(at.session, row.id)
    return see_other(f"/h/{at.tenant.slug}/reminders/{reminder_token}")


async def _context(at: Caller, row: GiftReminder) -> dict[str, Any]:
    return shell(at.tenant, await profile(at.session)) | {
        "row": row,
        "money": Money(row.amount_minor, row.currency),
        "mine": f"/h/{at.tenant.slug}/my-gifts",
    }

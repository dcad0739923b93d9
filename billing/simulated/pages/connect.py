"""The hosted page on which an organisation's account is filled in: the simulated counterpart of onboarding."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from billing.simulated.api.accounts import onboard
from billing.simulated.pages.finding import object_of
from billing.simulated.service import refuse_unless_on
from billing.simulated.till import Till
from billing.simulated.wire.shapes import Data
from infra.database import Session
from infra.web import gettext, render, see_other
from tenants.members.access import Visitor

router = APIRouter()
BANK = "000123456789"


def _(message: str) -> str:
    return message


async def _link(session: Session, ref: str) -> tuple[Till, Data, Data]:
    """The platform's till, the account that the link leads to, and where it leads back."""
    refuse_unless_on()
    till, _held = await object_of(session, "account_link", ref)
    facts = await till.private("account_link", ref)
    return till, await till.find("account", facts["account"]), facts


@router.get("/connect/{hosted}")
async def connect_page(request: Request, session: Visitor, hosted: str) -> Response:
    """The form. A link whose time is over leads to where a new one is made."""
    till, account, facts = await _link(session, hosted)
    row = await till.seek("account_link", hosted)
    if facts.get("used") or row is None or row["expires_at"] <= till.now():
        return see_other(facts["refresh_url"])
    name = (account["business_profile"] or {}).get("name") or ""
    return _page(request, hosted, account, facts, {"name": name, "bank": BANK}, {})


def _page(
    request: Request, link: str, account: Data, facts: Data, form: Data, wrong: dict[str, str], status: int = 200
) -> Response:
    said = {name: gettext(message) for name, message in wrong.items()}
    context = {"link": link, "account": account, "back": facts["return_url"], "form": form, "wrong": said}
    return render(request, "simulated/connect.html", context, status=status)


@router.post("/connect/{hosted}")
async def connect(
    request: Request,
    session: Visitor,
    hosted: str,
    name: Annotated[str, Form(max_length=120)] = "",
    bank: Annotated[str, Form(max_length=34)] = "",
    outcome: Annotated[str, Form(pattern="^(complete|document)$")] = "complete",
) -> Response:
    """Take what was typed and lead back. `outcome` says whether a document is still wanted afterwards."""
    till, account, facts = await _link(session, hosted)
    wrong = {}
    if not name.strip():
        wrong["name"] = _("Give your organisation's name.")
    digits = "".join(filter(str.isalnum, bank))
    if len(digits) < 4:
        wrong["bank"] = _("Any four digits or more will do; it isn't a real account.")
    if wrong:
        return _page(request, hosted, account, facts, {"name": name, "bank": bank}, wrong, 422)
    said = {"name": name.strip(), "bank": digits}
    await onboard(till, account["id"], said, complete=outcome == "complete")
    await till.remember("account_link", hosted, used=True)
    return see_other(facts["return_url"])

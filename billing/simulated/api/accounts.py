"""Connected accounts and the links that lead to their onboarding."""

from typing import Any

from stripe.params import (
    AccountCreateParams,
    AccountDeleteParams,
    AccountLinkCreateParams,
    AccountListParams,
    AccountRetrieveParams,
    AccountUpdateParams,
)

from billing.simulated.places import CURRENCIES
from billing.simulated.registry import endpoint
from billing.simulated.service import page
from billing.simulated.till import Till, key_for
from billing.simulated.till.events import tell
from billing.simulated.till.listing import listed, page_of
from billing.simulated.wire.errors import Refused, missing, needs
from billing.simulated.wire.shapes import Data, part, resource

DUE = ["business_profile.mcc", "company.name", "external_account", "representative.first_name", "tos_acceptance.date"]
"""What onboarding asks for."""
LINK_SECONDS = 300
OWN = "acct_platform"
_Account: Any = resource("account")


def requirements(due: list[str]) -> Data:
    """What an account still has to say, and whether that keeps it from being paid."""
    return part(
        _Account.Requirements,
        alternatives=[], currently_due=due, eventually_due=due, past_due=due, pending_verification=[], errors=[],
        disabled_reason="requirements.past_due" if due else None,
    )  # fmt: skip


def _settings(name: str | None) -> Data:
    shown = _Account.Settings
    schedule = part(shown.Payouts.Schedule, delay_days=2, interval="daily")
    return part(
        shown,
        dashboard=part(shown.Dashboard, display_name=name, timezone="Etc/UTC"),
        payouts=part(shown.Payouts, debit_negative_balances=True, schedule=schedule),
    )


@endpoint("POST", "/v1/accounts", AccountCreateParams)
async def create(till: Till, given: Data) -> Data:
    """An account that may nothing yet. Its kind is said by `type` or by `controller`, as in the real dialect."""
    if "type" in given and "controller" in given:
        raise Refused("You may only specify one of these parameters: type, controller.", param="controller")
    country = given.get("country", "US").upper()
    if country not in CURRENCIES:
        raise Refused(f"{country} is not currently supported by Stripe.", code="country_unsupported", param="country")
    controller = given.get("controller") or {}
    dashboard = controller.get("stripe_dashboard", {}).get("type", "full")
    kind = given.get("type") or {"full": "standard", "express": "express"}.get(dashboard, "none")
    profile = part(_Account.BusinessProfile, **(given.get("business_profile") or {}))
    wanted = given.get("capabilities") or {"card_payments": {"requested": True}, "transfers": {"requested": True}}
    key = key_for("account")
    made = await till.make(
        "account",
        id=key,
        business_profile=profile,
        business_type=given.get("business_type"),
        capabilities={name: "inactive" for name, ask in wanted.items() if ask.get("requested")},
        charges_enabled=False,
        controller=_controller(controller, kind),
        country=country,
        default_currency=given.get("default_currency", CURRENCIES[country]),
        details_submitted=False,
        email=given.get("email"),
        external_accounts=page_of([], f"/v1/accounts/{key}/external_accounts"),
        future_requirements=requirements([]),
        metadata=given.get("metadata") or {},
        payouts_enabled=False,
        requirements=requirements(DUE),
        settings=_settings(profile["name"]),
        tos_acceptance=part(_Account.TosAcceptance),
        type=kind,
    )
    await tell(till.other(made["id"]), "account.application.authorized", await _application())
    return made


async def _application() -> Data:
    return {"id": "ca_simulated", "object": "application", "name": "Hark"}


def _controller(given: Data, kind: str) -> Data:
    said = _Account.Controller
    return part(
        said,
        fees=part(said.Fees, payer=given.get("fees", {}).get("payer", "account")),
        is_controller=True,
        losses=part(said.Losses, payments=given.get("losses", {}).get("payments", "stripe")),
        requirement_collection=given.get("requirement_collection", "stripe"),
        stripe_dashboard=part(said.StripeDashboard, type={"standard": "full", "express": "express"}.get(kind, "none")),
        type="application",
    )


async def _held(till: Till, ref: str) -> Data:
    """A connected account of the platform's, or the one that asks about itself."""
    if till.account and ref != till.account:
        raise missing("account", ref)
    return await till.other("").find("account", ref)


@endpoint("GET", "/v1/accounts/{account}", AccountRetrieveParams)
async def retrieve(till: Till, _given: Data, ref: str) -> Data:
    """An account."""
    return await _held(till, ref)


@endpoint("GET", "/v1/account", AccountRetrieveParams)
async def own(till: Till, _given: Data) -> Data:
    """The account that asks; the platform's own is made when it is first asked for."""
    platform = till.other("")
    if till.account:
        return await platform.find("account", till.account)
    held = await platform.seek("account", OWN)
    return held or await platform.make(
        "account", id=OWN, country="HK", default_currency="hkd", charges_enabled=True, payouts_enabled=True,
        details_submitted=True, type="standard", settings=_settings("Hark"), metadata={},
    )  # fmt: skip


@endpoint("GET", "/v1/accounts", AccountListParams)
async def index(till: Till, given: Data) -> Data:
    """The platform's connected accounts."""
    return await listed(till.other(""), "account", given)


@endpoint("POST", "/v1/accounts/{account}", AccountUpdateParams)
async def update(till: Till, given: Data, ref: str) -> Data:
    """Change what an account says of itself, and ask for capabilities."""
    held = await _held(till, ref)
    fields: Data = {
        name: given[name] for name in ("email", "business_type", "default_currency", "metadata") if name in given
    }
    if profile := given.get("business_profile"):
        fields["business_profile"] = (held["business_profile"] or {}) | profile
    if wanted := given.get("capabilities"):
        state = "active" if held["charges_enabled"] else "inactive"
        fields["capabilities"] = (held["capabilities"] or {}) | {
            name: state for name, ask in wanted.items() if ask.get("requested")
        }
    if schedule := given.get("settings", {}).get("payouts", {}).get("schedule"):
        payouts = held["settings"]["payouts"]
        fields["settings"] = held["settings"] | {"payouts": payouts | {"schedule": payouts["schedule"] | schedule}}
    platform = till.other("")
    changed = await platform.change(held, **fields)
    await tell(till.other(ref), "account.updated", changed, {name: held.get(name) for name in fields})
    return changed


@endpoint("DELETE", "/v1/accounts/{account}", AccountDeleteParams)
async def delete(till: Till, _given: Data, ref: str) -> Data:
    """Forget an account. A standard one lives on without the platform, which learns that it is let go."""
    held = await _held(till, ref)
    await tell(till.other(ref), "account.application.deauthorized", await _application())
    return await till.other("").erase(held)


@endpoint("POST", "/v1/account_links", AccountLinkCreateParams)
async def link(till: Till, given: Data) -> Data:
    """A way to an account's onboarding, for a few minutes and once."""
    held = await _held(till, given["account"])
    for name in ("return_url", "refresh_url"):
        if name not in given:
            raise needs(name)
    ref = key_for("account").replace("acct_", "")
    facts = {"account": held["id"], "return_url": given["return_url"], "refresh_url": given["refresh_url"]}
    return await till.other("").make(
        "account_link",
        ref=ref,
        private=facts,
        expires_at=till.now() + LINK_SECONDS,
        url=page(f"/connect/{ref}"),
    )


async def onboard(till: Till, ref: str, said: Data, *, complete: bool) -> Data:
    """What the onboarding page does with what was typed: `complete` or with a document still to come."""
    platform = till.other("")
    held = await platform.find("account", ref)
    due = [] if complete else ["individual.verification.document"]
    state = "active" if complete else "pending"
    profile = (held["business_profile"] or part(_Account.BusinessProfile)) | {"name": said["name"]}
    bank = await _bank(till.other(ref), held, said)
    settings = held["settings"] or _settings(None)
    dashboard = settings["dashboard"] | {"display_name": said["name"]}
    return await change_and_tell_of_account(
        till,
        held,
        business_profile=profile,
        business_type="non_profit",
        capabilities=dict.fromkeys(held["capabilities"] or {"card_payments": ""}, state),
        charges_enabled=complete,
        details_submitted=True,
        external_accounts=page_of([bank], held["external_accounts"]["url"]),
        payouts_enabled=complete,
        requirements=requirements(due),
        settings=settings | {"dashboard": dashboard},
        tos_acceptance=part(_Account.TosAcceptance, date=till.now()),
    )


async def change_and_tell_of_account(till: Till, held: Data, **fields: Any) -> Data:
    """Change an account, which lies in the platform's books, and tell it as the account's own event."""
    before = {name: held.get(name) for name in fields if held.get(name) != fields[name]}
    changed = await till.other("").change(held, **fields)
    await tell(till.other(held["id"]), "account.updated", changed, before)
    return changed


async def _bank(till: Till, account: Data, said: Data) -> Data:
    return await till.make(
        "bank_account",
        account=account["id"],
        account_holder_name=said["name"],
        bank_name="Simulated Bank",
        country=account["country"],
        currency=account["default_currency"],
        default_for_currency=True,
        last4=said["bank"][-4:],
        status="new",
    )

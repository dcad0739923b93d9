"""The simulated processor's own desk, for the platform's people: accounts, payments, what may go wrong on purpose."""

from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response
from sqlmodel import col, select

from billing.money import shown
from billing.processor.amounts import from_stripe
from billing.simulated.models import SimulatedDelivery, SimulatedObject
from billing.simulated.pages.finding import name_of, object_of
from billing.simulated.paying import balance, charging, disputing, refunding
from billing.simulated.service import PATH, refuse_unless_on
from billing.simulated.till import Till
from billing.simulated.till.faults import faults, set_faults
from billing.simulated.till.till import moment_of
from infra.database import Session
from infra.web import gettext, language, render, see_other
from tenants.members.access import PlatformOperator

router = APIRouter()
SHOWN = 20


def _(message: str) -> str:
    return message


STATES = {
    "succeeded": (_("Paid"), "good"),
    "processing": (_("On its way"), "idle"),
    "needs_response": (_("Disputed"), "bad"),
    "under_review": (_("Disputed"), "bad"),
}
ACTS = "^(arrive|fail|dispute|win|lose)$"


def _amount(minor: int, currency: str) -> str:
    return shown(from_stripe(minor, currency), language())


async def _latest(session: Session, kind: str) -> list[SimulatedObject]:
    wanted = select(SimulatedObject).where(SimulatedObject.kind == kind).order_by(col(SimulatedObject.id).desc())
    return list((await session.exec(wanted.limit(SHOWN))).all())


async def _accounts(session: Session) -> list[dict[str, Any]]:
    found = []
    for row in await _latest(session, "account"):
        if row.data.get("deleted"):
            continue
        till = Till(session, row.ref)
        held = await balance.balance(till)
        sums = {
            word: ", ".join(_amount(one["amount"], one["currency"]) for one in held[word] if one["amount"]) or "0"
            for word in ("available", "pending")
        }
        found.append({"id": row.ref, "name": await name_of(till), "ready": row.data["charges_enabled"], **sums})
    return found


async def _payments(session: Session) -> list[dict[str, Any]]:
    """What was paid or is on its way, and open disputes, newest first, each with what may happen to it."""
    found: list[dict[str, Any]] = []
    for row in await _latest(session, "dispute") + await _latest(session, "payment_intent"):
        data = row.data
        if data["status"] not in STATES:
            continue
        word, kind = STATES[data["status"]]
        acts = {"processing": [("arrive", _("It arrives")), ("fail", _("It fails"))]}.get(
            data["status"], [("dispute", _("Dispute it"))]
        )
        if row.kind == "dispute":
            acts = [("win", _("Decide for the hotline")), ("lose", _("Decide for the payer"))]
        amount = _amount(data["amount"], data["currency"])
        found.append(
            {
                "id": row.ref,
                "amount": amount,
                "at": moment_of(data["created"]),
                "state": gettext(word),
                "tone": kind,
                "acts": [(act, gettext(said)) for act, said in acts],
            }
        )
    return sorted(found, key=lambda one: one["at"], reverse=True)[:SHOWN]


@router.get("/board")
async def board(request: Request, session: PlatformOperator) -> Response:
    """Everything at a glance."""
    refuse_unless_on()
    wanted = select(SimulatedDelivery).order_by(col(SimulatedDelivery.id).desc()).limit(SHOWN)
    context = {
        "accounts": await _accounts(session),
        "payments": await _payments(session),
        "told": list((await session.exec(wanted)).all()),
        "faults": await faults(Till(session)),
        "moment_of": moment_of,
    }
    return render(request, "simulated/board.html", context)


@router.post("/faults")
async def trouble(
    session: PlatformOperator,
    shuffle: Annotated[bool, Form()] = False,
    double: Annotated[bool, Form()] = False,
    delay: Annotated[int, Form(ge=0, le=86400)] = 0,
    drop: Annotated[int, Form(ge=0, le=100)] = 0,
    refuse: Annotated[int, Form(ge=0, le=100)] = 0,
    lose: Annotated[int, Form(ge=0, le=100)] = 0,
) -> Response:
    """Switch troubles."""
    refuse_unless_on()
    await set_faults(Till(session), shuffle=shuffle, double=double, delay=delay, drop=drop, refuse=refuse, lose=lose)
    return see_other(f"{PATH}/board")


@router.post("/payouts")
async def pay_out(session: PlatformOperator, account: Annotated[str, Form(max_length=80)] = "") -> Response:
    """Pay out what an account has, without waiting for the day."""
    refuse_unless_on()
    await object_of(session, "account", account)
    till = Till(session, account)
    await till.alone()
    for one in await till.all("balance_transaction", status="pending"):
        await till.change(one, status="available", available_on=till.now())
    for payout in await refunding.pay_out_all(till):
        await refunding.arrive(till, payout)
    return see_other(f"{PATH}/board")


@router.post("/acts")
async def act(
    session: PlatformOperator,
    id: Annotated[str, Form(max_length=80)] = "",
    act: Annotated[str, Form(pattern=ACTS)] = "arrive",
) -> Response:
    """Let something happen to a payment that payers and banks do."""
    refuse_unless_on()
    till, held = await object_of(session, "dispute" if act in ("win", "lose") else "payment_intent", id)
    if act in ("win", "lose"):
        await disputing.decide(till, held, won=act == "win")
    elif act == "dispute":
        charge = await till.find("charge", held["latest_charge"])
        if not charge["disputed"] and not charge["refunded"]:
            await disputing.dispute(till, charge, "fraudulent")
    elif held["status"] == "processing":
        await charging.settle(till, held, ok=act == "arrive")
    return see_other(f"{PATH}/board")

"""Balance transactions: every cent that moves on an account, with what it cost; and what is in the account."""

from typing import Any

from sqlalchemy import BigInteger, cast, func
from sqlmodel import col, select

from billing.simulated.models import SimulatedObject
from billing.simulated.places import DISPUTE_FEES, FIXED_FEES
from billing.simulated.till import Till
from billing.simulated.till.events import tell
from billing.simulated.till.till import moment_of
from billing.simulated.wire.shapes import Data, part, resource
from infra.jobs import enqueue

DAY = 24 * 3600
PENDING_DAYS = 2
SHARE = 290
"""The processor's share of a payment in ten-thousandths: 2.9 %."""
_Transaction: Any = resource("balance_transaction")
_Balance: Any = resource("balance")
CATEGORIES = {
    "adjustment": "dispute", "application_fee": "platform_earning", "application_fee_refund": "platform_earning_refund",
    "payment": "charge", "payment_refund": "refund", "stripe_fee": "fee", "transfer_refund": "transfer_reversal",
    "refund_failure": "refund_failure",
}  # fmt: skip
"""How reports call what a transaction's type doesn't name already."""


def processing_fee(amount: int, currency: str) -> int:
    """What the processor takes of a payment, in minor units, never more than all of it."""
    return min(amount, (amount * SHARE + 5000) // 10_000 + FIXED_FEES.get(currency, 30))


def dispute_fee(currency: str) -> int:
    """What a dispute costs, in minor units."""
    return DISPUTE_FEES.get(currency, 1500)


def fee(amount: int, currency: str, kind: str = "stripe_fee", description: str = "Stripe processing fees") -> Data:
    """A part of what a transaction cost."""
    application = "ca_simulated" if kind == "application_fee" else None
    return part(
        _Transaction.FeeDetail, amount=amount, currency=currency, type=kind, description=description,
        application=application,
    )  # fmt: skip


async def move(
    till: Till,
    kind: str,
    amount: int,
    currency: str,
    source: str | None,
    *,
    fees: list[Data] | None = None,
    at_once: bool = False,
    category: str = "",
    description: str | None = None,
    at: int | None = None,
) -> Data:
    """Book what moves: `amount` before `fees`, negative when it leaves. It becomes available in two days."""
    at = till.now() if at is None else at
    cost = sum(one["amount"] for one in fees or [])
    made = await till.make(
        "balance_transaction",
        created=at,
        amount=amount,
        available_on=at if at_once else at + PENDING_DAYS * DAY,
        balance_type="payments",
        currency=currency,
        description=description,
        fee=cost,
        fee_details=fees or [],
        net=amount - cost,
        reporting_category=category or CATEGORIES.get(kind, kind),
        source=source,
        status="available" if at_once else "pending",
        type=kind,
    )
    if at_once and amount > 0:
        await tell(till, "balance.available", await balance(till))
    elif till.account and amount > 0:
        due = moment_of(made["available_on"])
        key = f"simulated.payout:{till.account}:{due:%Y-%m-%d}"
        await enqueue(till.session, "simulated.payout", {"account": till.account}, due=due, key=key)
    return made


async def ripen(till: Till) -> None:
    """Mark what the account's day has come for as available."""
    data = col(SimulatedObject.data)
    due = cast(data["available_on"].astext, BigInteger) <= till.now()
    wanted = select(SimulatedObject).where(*_moved(till), data["status"].astext == "pending", due)
    for row in (await till.session.exec(wanted)).all():
        row.data = row.data | {"status": "available"}
    await till.session.flush()


def _moved(till: Till) -> tuple[Any, ...]:
    return (SimulatedObject.account == till.account, SimulatedObject.kind == "balance_transaction")


async def balance(till: Till) -> Data:
    """What the account has: available, and pending, by currency; both name every currency that ever moved."""
    await ripen(till)
    data = col(SimulatedObject.data)
    currency, state = data["currency"].astext, data["status"].astext
    net = func.sum(cast(data["net"].astext, BigInteger))
    wanted = select(currency, state, net).where(*_moved(till)).group_by(currency, state)
    sums = {(name, word): int(total) for name, word, total in (await till.session.execute(wanted)).all()}
    own = await till.other("").seek("account", till.account or "acct_platform")
    currencies = sorted({name for name, _word in sums}) or [(own or {}).get("default_currency") or "usd"]

    def of(word: str) -> list[Data]:
        found = {name: sums.get((name, word), 0) for name in currencies}
        return [
            part(_Balance.Available, amount=total, currency=name, source_types={"card": total})
            for name, total in found.items()
        ]

    return {"object": "balance", "available": of("available"), "pending": of("pending"), "livemode": False}


def amount_of(sums: list[Data], currency: str) -> int:
    """The amount in one currency of a list such as a balance's `available`."""
    return sum(one["amount"] for one in sums if one["currency"] == currency)

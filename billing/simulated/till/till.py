"""An account's objects in one transaction. Every change of an object goes through here."""

import secrets
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import text
from sqlmodel import col, select

from billing.simulated.models import SimulatedObject
from billing.simulated.wire.errors import missing
from billing.simulated.wire.shapes import Data, blank, fields, resource
from infra.clock import now
from infra.database import Session

PREFIXES = {
    "account": "acct", "application_fee": "fee", "balance_transaction": "txn", "bank_account": "ba",
    "billing_portal.configuration": "bpc", "billing_portal.session": "bps", "charge": "ch",
    "checkout.session": "cs_test", "credit_note": "cn", "customer": "cus", "discount": "di", "dispute": "du",
    "event": "evt", "fee_refund": "fr", "invoice": "in", "invoice_payment": "inpay", "invoiceitem": "ii",
    "line_item": "il", "mandate": "mandate", "payment_intent": "pi", "payment_link": "plink", "payment_method": "pm",
    "payout": "po", "plan": "plan", "price": "price", "product": "prod", "promotion_code": "promo", "refund": "re",
    "setup_attempt": "setatt", "setup_intent": "seti", "subscription": "sub", "subscription_item": "si",
    "subscription_schedule": "sub_sched", "tax_rate": "txr", "test_helpers.test_clock": "clock", "transfer": "tr",
    "transfer_reversal": "trr", "webhook_endpoint": "we",
}  # fmt: skip
ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz0123456789"


def key_for(kind: str) -> str:
    """A fresh id, with the letters by which Stripe's ids of this kind begin."""
    return f"{PREFIXES[kind]}_{''.join(secrets.choice(ALPHABET) for _ in range(24))}"


def seconds(at: datetime) -> int:
    """A moment as Stripe writes it: whole seconds since 1970."""
    return int(at.timestamp())


class Till:
    """The objects of `account` ("" for the platform's own), as one request or one page sees them."""

    def __init__(self, session: Session, account: str = "", *, request: str | None = None, key: str | None = None):
        self.session = session
        self.account = account
        self.request = request
        self.idempotency_key = key
        self.path = ""
        self.clock: int | None = None
        """The present of a customer who lives by a test clock; None for the real one."""
        self._rows: dict[tuple[str, str], SimulatedObject] = {}

    def other(self, account: str) -> "Till":
        """Another account's objects in the same transaction."""
        made = Till(self.session, account, request=self.request, key=self.idempotency_key)
        made.path, made.clock = self.path, self.clock
        return made

    async def alone(self) -> None:
        """Wait until nobody else changes this account, and keep others waiting until the transaction ends."""
        await self.session.execute(
            text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 4242))"), {"name": f"stripe {self.account}"}
        )

    def now(self) -> int:
        """The present in seconds."""
        return seconds(now()) if self.clock is None else self.clock

    async def row(self, kind: str, ref: str) -> SimulatedObject | None:
        """The row of an object, None where there is none."""
        if held := self._rows.get((kind, ref)):
            return held
        wanted = select(SimulatedObject).where(
            SimulatedObject.account == self.account, SimulatedObject.kind == kind, SimulatedObject.ref == ref
        )
        found = (await self.session.exec(wanted)).one_or_none()
        if found is not None:
            self._rows[kind, ref] = found
        return found

    async def find(self, kind: str, ref: str | None, *, param: str | None = "id") -> Data:
        """An object. Raises Refused (404) where there is none, or it was deleted."""
        row = await self.row(kind, ref) if ref else None
        if row is None or row.data.get("deleted"):
            raise missing(kind, ref or "", param)
        return row.data

    async def seek(self, kind: str, ref: str | None) -> Data | None:
        """An object, deleted ones too; None where there is none."""
        row = await self.row(kind, ref) if ref else None
        return row.data if row else None

    async def make(self, kind: str, *, ref: str = "", private: Data | None = None, **given: Any) -> Data:
        """A new object with these fields, all others blank; `created` is now unless given."""
        ref = ref or given.pop("id", "") or key_for(kind)
        known = fields(resource(kind))
        stamped: Data = {"created": self.now()} if "created" in known else {}
        if "livemode" in known:
            stamped["livemode"] = False
        if "id" in known:
            stamped["id"] = ref
        row = SimulatedObject(
            account=self.account, kind=kind, ref=ref, data=blank(kind, **(stamped | given)), private=private or {}
        )
        self.session.add(row)
        await self.session.flush()
        self._rows[kind, ref] = row
        return row.data

    async def change(self, data: Data, **fields_: Any) -> Data:
        """Change fields of an object; returns it as it is now. A mapping of metadata is merged as Stripe merges it."""
        row = await self.row(data["object"], data["id"])
        if row is None:
            raise missing(data["object"], data["id"])
        if "metadata" in fields_:
            fields_["metadata"] = merged(row.data.get("metadata") or {}, fields_["metadata"])
        row.data = row.data | fields_
        await self.session.flush()
        return row.data

    async def private(self, kind: str, ref: str) -> Data:
        """What is known of an object and not said."""
        row = await self.row(kind, ref)
        return row.private if row else {}

    async def remember(self, kind: str, ref: str, **facts: Any) -> None:
        """Keep facts beside an object."""
        row = await self.row(kind, ref)
        if row is None:
            raise missing(kind, ref)
        row.private = row.private | facts
        await self.session.flush()

    async def erase(self, data: Data) -> Data:
        """Delete an object; what is left says that it was one."""
        row = await self.row(data["object"], data["id"])
        if row is None:
            raise missing(data["object"], data["id"])
        row.data = {"id": data["id"], "object": data["object"], "deleted": True}
        await self.session.flush()
        return row.data

    async def all(self, kind: str, **where: Any) -> list[Data]:
        """Every object of a kind whose fields are these, oldest first."""
        return [row.data for row in await self.rows(kind, **where)]

    async def rows(self, kind: str, **where: Any) -> list[SimulatedObject]:
        """As `all`, with what isn't said beside it."""
        wanted = select(SimulatedObject).where(SimulatedObject.account == self.account, SimulatedObject.kind == kind)
        wanted = wanted.where(text("NOT data ? 'deleted'"))
        for name, value in where.items():
            wanted = wanted.where(col(SimulatedObject.data)[name].astext == str(value))
        found = list((await self.session.exec(wanted.order_by(col(SimulatedObject.id)))).all())
        for row in found:
            self._rows[row.kind, row.ref] = row
        return found


def merged(old: Data, new: Data | str | None) -> Data:
    """Metadata after a change: "" unsets a key, and as a whole all of them."""
    if not new:
        return {} if new == "" else old
    if isinstance(new, str):
        return old
    return {name: value for name, value in (old | new).items() if value != ""}


def moment_of(at: int) -> datetime:
    """Stripe's seconds as a moment."""
    return datetime.fromtimestamp(at, UTC)

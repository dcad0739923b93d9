"""What must be remembered of each leg at a vendor: its name there, how far it has come, what it was told last.

Three things need it. A call once created must not be created twice, and no vendor takes an idempotency key, so the
intent is written down before it is asked for. Webhooks come doubled and out of order. And a leg that we name by our id
has another name at the vendor.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Index, delete, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Field, col, select

from infra.carriers.protocol import Command
from infra.carriers.wire import dump
from infra.clock import now
from infra.database import PlatformTable, document, moment, unit_of_work
from infra.ids import made_at, new_id

ASKED, RINGING, ANSWERED, OVER = range(4)
"""How far a leg has come; it never goes back."""
KEPT = timedelta(days=1)
"""For so long a leg that is over is known, so that a late word about it is taken for what it is."""


class VendorLeg(PlatformTable, table=True):
    """A leg. `sid` is the vendor's name for it, "" until that is known; `doing` the id of the command it was told last,
    `turn` the number of that page, `told` the command itself where nobody else keeps it; `recorded` the id of the last
    `Record` that was reported. `ended`: we want it gone, whatever else comes. `seen_at` is when the vendor was last
    heard of it."""

    __tablename__ = "vendor_leg"
    __table_args__ = (
        Index("uq_vendor_leg_ref", "node", "ref", unique=True),
        Index("ix_vendor_leg_seen_at", "seen_at"),
    )
    node: str
    ref: str
    sid: str = ""
    stage: int = ASKED
    turn: int = 0
    doing: str = ""
    told: dict[str, Any] = document()
    recorded: str = ""
    ended: bool = Field(default=False)
    asked_at: datetime = moment(default=True)
    seen_at: datetime = moment(default=True)

    @property
    def made_at(self) -> datetime:
        """When we first wanted it."""
        return made_at(self.id)


def _ours(node: str, ref: str) -> tuple[Any, Any]:
    return col(VendorLeg.node) == node, col(VendorLeg.ref) == ref


async def find(node: str, ref: str) -> VendorLeg | None:
    """The leg, as it is now."""
    async with unit_of_work() as session:
        return (await session.exec(select(VendorLeg).where(*_ours(node, ref)))).first()


async def begin(node: str, ref: str, **known: Any) -> VendorLeg | None:
    """Write down a leg before anything is done about it; None when it is known already. Old ones go on the way."""
    row = {
        "id": new_id(), "node": node, "ref": ref, "sid": "", "stage": ASKED, "turn": 0, "doing": "", "told": {},
        "recorded": "", "ended": False, "asked_at": now(), "seen_at": now(),
    } | known  # fmt: skip
    async with unit_of_work() as session:
        old = col(VendorLeg.seen_at) < now() - KEPT
        await session.execute(delete(VendorLeg).where(old, col(VendorLeg.stage) == OVER))
        made = insert(VendorLeg).values(row).on_conflict_do_nothing(index_elements=["node", "ref"])
        return (await session.execute(made.returning(VendorLeg))).scalar()


async def change(node: str, ref: str, *only_if: Any, **values: Any) -> VendorLeg | None:
    """Write this down and return the leg as it is then; None when there is none, or it isn't as `only_if` says."""
    statement = update(VendorLeg).where(*_ours(node, ref), *only_if).values(values).returning(VendorLeg)
    async with unit_of_work() as session:
        found: VendorLeg | None = (await session.execute(statement)).scalar()
        return found


async def reach(node: str, ref: str, stage: int) -> None:
    """The leg has come this far, if it wasn't further."""
    await change(node, ref, col(VendorLeg.stage) < stage, stage=stage, seen_at=now())


async def turn_page(node: str, ref: str, command: Command | None, *, kept: bool = True) -> int:
    """The leg is told this now; the number of the page that says so. `kept`: by somebody else, who knows it again."""
    told = {} if kept or command is None else {"told": dump(command)}
    doing = command.id if command else ""
    row = await change(node, ref, turn=col(VendorLeg.turn) + 1, doing=doing, seen_at=now(), **told)
    return row.turn if row else 0


async def silent(since: timedelta, most: int = 50) -> list[VendorLeg]:
    """Living legs that nothing was heard of for that long, each given to one asker alone."""
    picked = (
        select(col(VendorLeg.id))
        .where(col(VendorLeg.stage) < OVER, col(VendorLeg.seen_at) < now() - since)
        .limit(most)
        .with_for_update(skip_locked=True)
    )
    mine = update(VendorLeg).where(col(VendorLeg.id).in_(picked)).values(seen_at=now()).returning(VendorLeg)
    async with unit_of_work() as session:
        return list((await session.execute(mine)).scalars())


async def of_others(node: str, ref: str, sids: list[str]) -> set[str]:
    """Which of these names at the vendor belong to another leg than this."""
    others = (col(VendorLeg.node) == node, col(VendorLeg.ref) != ref, col(VendorLeg.sid).in_(sids))
    async with unit_of_work() as session:
        return set((await session.exec(select(col(VendorLeg.sid)).where(*others))).all())

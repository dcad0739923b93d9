"""Finding the example hotlines again: their application carries a mark, their people an address of the example's."""

from uuid import UUID

from sqlmodel import col, select

from hark.demo.invented.cast import Hotline, Person, hotlines
from infra.database import Session
from infra.vault import platform_fingerprint
from provisioning.signup.models import Application
from tenants.members.models import Account, Member
from tenants.members.service import email_hash

MARK = {"demo": True}
"""What an application's form carries beside what the sign-up form asks."""
WORDS = (
    "amber", "apple", "autumn", "basket", "birch", "bread", "breeze", "bridge",
    "button", "candle", "carpet", "cedar", "cherry", "cloud", "clover", "copper",
    "corner", "cotton", "daisy", "dawn", "drift", "ember", "evening", "feather",
    "fern", "field", "flute", "garden", "ginger", "harbour", "hazel", "heron",
    "honey", "island", "ivory", "jasmine", "kettle", "ladder", "lantern", "lemon",
    "linen", "maple", "meadow", "mellow", "mint", "moss", "needle", "oak",
    "olive", "orchard", "paper", "pebble", "pepper", "pillow", "plum", "quiet",
    "ribbon", "river", "saddle", "silver", "slate", "sparrow", "thread", "valley",
)  # fmt: skip


def password() -> str:
    """The password of every demo account: the same each time on this installation, known to nobody elsewhere."""
    secret = int.from_bytes(platform_fingerprint("demo", "password"), "big")
    words = []
    for _ in range(4):
        secret, place = divmod(secret, len(WORDS))
        words.append(WORDS[place])
    return f"{'-'.join(words)}-{secret % 900 + 100}"


async def examples(session: Session) -> dict[str, Application]:
    """The applications of the example hotlines by their kind, also of those that were never opened to the end."""
    found = select(Application).where(col(Application.form).contains(MARK), col(Application.tenant).is_not(None))
    return {row.form["kind"]: row for row in await session.exec(found.order_by(col(Application.id)))}


async def example_of(session: Session, tenant: UUID) -> Hotline | None:
    """The example that the tenant in scope is; None when it is none, or is being removed just now.

    It can't be removed before the caller's transaction has ended.
    """
    found = select(Application.form).where(Application.tenant == tenant, col(Application.form).contains(MARK))
    form = (await session.exec(found.with_for_update(read=True, skip_locked=True))).first()
    return hotlines().get(form["kind"]) if form else None


async def cast_of(session: Session, hotline: Hotline) -> dict[UUID, tuple[Member, Person]]:
    """The example's own people in the tenant in scope: not those who were invited since."""
    people = {email_hash(person.email): person for person in hotline.people}
    found = (
        select(Member, Account.email_hash)
        .join(Account, col(Account.id) == Member.account_id)
        .where(col(Account.email_hash).in_(people), col(Member.left_at).is_(None))
    )
    return {member.id: (member, people[mark]) for member, mark in await session.exec(found)}

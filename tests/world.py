"""The world of the tests: two hotlines opened as any other is, the people in them, and strangers to each other."""

from dataclasses import dataclass
from functools import cache
from uuid import UUID

from infra.database import unit_of_work
from infra.scope import no_scope, tenant_scope
from provisioning.signup.form import SignUp
from provisioning.signup.service import apply_as
from provisioning.steps.run import carry_out
from tenants.directory.service import tenant_by_id
from tenants.lines.service import lines
from tenants.members.access import ANSWERS
from tenants.members.models import Account
from tenants.members.passwords import hash_password
from tenants.members.service import account_by_email, add_member, add_to_team, create_account, owner, team

PASSWORD = "a quiet river at dusk"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with an account, and a place in one hotline."""

    name: str
    email: str
    account: UUID
    member: UUID
    role: str


@dataclass(frozen=True, slots=True)
class Hotline:
    """A hotline by its id, its name in addresses, and its line."""

    tenant: UUID
    slug: str
    line: UUID
    application: UUID


@dataclass(frozen=True, slots=True)
class World:
    """`first` is an anti-violence line, `second` a rainbow line. Only Charlie belongs to the second."""

    first: Hotline
    second: Hotline
    alice: Person
    adam: Person
    dana: Person
    bob: Person
    audrey: Person
    fiona: Person
    charlie: Person

    @property
    def staff(self) -> dict[str, Person]:
        """The people of the first hotline by role."""
        return {person.role: person for person in (self.alice, self.adam, self.dana, self.bob, self.audrey, self.fiona)}


@cache
def _hashes() -> dict[str, str]:
    return {}


async def account_for(email: str) -> Account:
    """The account of this address, made when there is none; its password is `PASSWORD`."""
    if not _hashes():
        _hashes()["hash"] = await hash_password(PASSWORD)
    with no_scope():
        async with unit_of_work() as session:
            return await account_by_email(session, email) or await create_account(session, email, _hashes()["hash"])


async def apply_for(email: str, kind: str, name: str, person: str, **more: object) -> tuple[UUID, UUID]:
    """Register a hotline without opening it; returns the application's id and the tenant's."""
    account = await account_for(email)
    form = SignUp(
        organisation=f"{name} association",
        name=name,
        kind=kind,
        country="CN",
        zone="Asia/Shanghai",
        languages=["en", "zh-Hans"],
        person=person,
    )
    for key, value in more.items():
        setattr(form, key, value)
    with no_scope():
        async with unit_of_work() as session:
            row = await apply_as(session, account, form)
    assert row.tenant is not None
    return row.id, row.tenant


async def open_hotline(email: str, kind: str, name: str, person: str, **more: object) -> tuple[Hotline, Person]:
    """Register a hotline and carry its opening out here and now; returns it with its owner."""
    application, tenant = await apply_for(email, kind, name, person, **more)
    await carry_out("open", tenant)
    with tenant_scope(tenant):
        async with unit_of_work() as session:
            row = await tenant_by_id(session, tenant)
            runs_it = await owner(session)
            line = (await lines(session))[0]
    hotline = Hotline(tenant, row.slug, line.id, application)
    return hotline, Person(person, email, runs_it.account_id, runs_it.id, "owner")


async def join(hotline: Hotline, email: str, name: str, role: str) -> Person:
    """Give somebody a place in a hotline; whoever answers is in its main team."""
    account = await account_for(email)
    with tenant_scope(hotline.tenant):
        async with unit_of_work() as session:
            row = await add_member(session, account.id, name, role, languages=["en", "zh-Hans"])
            if role in ANSWERS:
                await add_to_team(session, await team(session, "main"), row)
    return Person(name, email, account.id, row.id, role)


async def build() -> World:
    """The two hotlines and their people."""
    first, alice = await open_hotline("alice@example.org", "violence", "Dawn line", "Alice")
    second, charlie = await open_hotline("charlie@example.org", "rainbow", "Rainbow line", "Charlie")
    return World(
        first,
        second,
        alice,
        adam=await join(first, "adam@example.org", "Adam", "admin"),
        dana=await join(first, "dana@example.org", "Dana", "supervisor"),
        bob=await join(first, "bob@example.org", "Bob", "operator"),
        audrey=await join(first, "audrey@example.org", "Audrey", "auditor"),
        fiona=await join(first, "fiona@example.org", "Fiona", "fundraiser"),
        charlie=charlie,
    )

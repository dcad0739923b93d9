"""Who belongs to a hotline: the list, invitations, and the page behind an invitation's link."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response
from sqlalchemy import delete
from sqlmodel import col

from infra.database import Session
from infra.errors import HarkError, Invalid
from infra.web import gettext, limit, render, see_other
from infra.web.limits import address_of as network_address
from infra.web.sessions import open_session, read_session
from tenants.audit import record
from tenants.members import invitations, people, service
from tenants.members.access import ANSWERS, AtHotline, Leads, Staff
from tenants.members.models import ROLES, Account, Invitation
from tenants.members.passwords import RULE, check_strength, hash_password
from tenants.texts import language_name

router = APIRouter()


async def _page(request: Request, staff: Staff, error: HarkError | None = None, **typed: Any) -> Response:
    session = staff.session
    members = await service.members(session)
    context = {
        "members": members,
        "addresses": await people.addresses(session, members),
        "teams": await people.teams(session),
        "in_teams": await people.teams_by_member(session),
        "invitations": [(row, invitations.address_of(row)) for row in await invitations.open_invitations(session)],
        "roles": [role for role in ROLES if staff.member.role == "owner" or role != "owner"],
        "hotline_languages": {tag: language_name(tag) for tag in staff.tenant.languages},
        "wrong": {error.field or "role": gettext(error.message)} if error else {},
        "typed": {"email": "", "role": "operator", "member": None, **typed},
    }
    return render(request, "people/people.html", context, status=error.status if error else 200)


@router.get("/o/{slug}/people")
async def people_page(request: Request, staff: Leads) -> Response:
    """Everybody who belongs to the hotline, and who is invited."""
    return await _page(request, staff)


@router.post("/o/{slug}/people/invite")
async def invite(
    request: Request,
    staff: Leads,
    email: Annotated[str, Form(max_length=320)] = "",
    role: Annotated[str, Form()] = "",
) -> Response:
    """Invite somebody by e-mail."""
    await limit("invite", str(staff.tenant.id), "60/hour")
    try:
        row = await invitations.invite(staff.session, staff.tenant, staff.member, email, role)
    except HarkError as error:
        return await _page(request, staff, error, email=email, role=role)
    record(staff.session, "member.invite", member=staff.member.id, subject=row.id, role=role)
    return see_other(f"/o/{staff.tenant.slug}/people")


@router.post("/o/{slug}/people/invitations/{invitation}/withdraw")
async def withdraw(staff: Leads, invitation: UUID) -> Response:
    """Make an invitation's link useless."""
    await staff.session.execute(delete(Invitation).where(col(Invitation.id) == invitation))
    record(staff.session, "member.uninvite", member=staff.member.id, subject=invitation)
    return see_other(f"/o/{staff.tenant.slug}/people")


@router.post("/o/{slug}/people/{member}")
async def change(
    request: Request,
    staff: Leads,
    member: UUID,
    role: Annotated[str, Form()],
    team: Annotated[list[UUID], Form(default_factory=list)],
    languages: Annotated[list[str], Form(default_factory=list)],
) -> Response:
    """Change a member's role, teams and languages."""
    row = await service.member(staff.session, member)
    try:
        await people.change_role(staff.session, staff.member, row, role)
    except HarkError as error:
        return await _page(request, staff, error, member=member)
    await people.set_teams(staff.session, row.id, team if row.role in ANSWERS else ())
    row.languages = [tag for tag in staff.tenant.languages if tag in languages]
    staff.session.add(row)
    record(staff.session, "member.change", member=staff.member.id, subject=row.id, role=role)
    return see_other(f"/o/{staff.tenant.slug}/people")


@router.post("/o/{slug}/people/{member}/remove")
async def remove(request: Request, staff: Leads, member: UUID) -> Response:
    """End somebody's place in the hotline."""
    row = await service.member(staff.session, member)
    try:
        await people.remove(staff.session, staff.member, row)
    except HarkError as error:
        return await _page(request, staff, error, member=member)
    record(staff.session, "member.remove", member=staff.member.id, subject=row.id)
    return see_other("/" if row.id == staff.member.id else f"/o/{staff.tenant.slug}/people")


async def _signed_in(request: Request, session: Session) -> Account | None:
    who = await read_session(request)
    return await session.get(Account, who.account) if who else None


async def _join_page(
    request: Request, session: Session, row: Invitation, error: HarkError | None, name: str
) -> Response:
    address = invitations.address_of(row)
    me = await _signed_in(request, session)
    known = await service.account_by_email(session, address)
    context = {
        "address": address,
        "role": row.role,
        "how": "join" if me and known and me.id == known.id else "sign_in" if known else "register",
        "signed_in_as": me.email if me else "",
        "wrong": {error.field or "name": gettext(error.message)} if error else {},
        "name": name,
        "rule": gettext(RULE),
    }
    return render(request, "people/join.html", context, status=error.status if error else 200)


@router.get("/o/{slug}/join/{token}")
async def join_page(request: Request, at: AtHotline, token: str) -> Response:
    """What the link in an invitation leads to."""
    return await _join_page(request, at.session, await invitations.invitation(at.session, token), None, "")


@router.post("/o/{slug}/join/{token}")
async def join(
    request: Request,
    at: AtHotline,
    token: str,
    name: Annotated[str, Form(max_length=200)] = "",
    password: Annotated[str, Form(max_length=2000)] = "",
) -> Response:
    """Join: somebody new with a name and a password, somebody known once they are signed in."""
    await limit("join", network_address(request), "30/hour")
    row = await invitations.invitation(at.session, token)
    address = invitations.address_of(row)
    account = await service.account_by_email(at.session, address)
    me = await _signed_in(request, at.session)
    if account is not None and (me is None or me.id != account.id):
        return see_other(request.url.path)
    response = see_other(f"/o/{at.tenant.slug}")
    try:
        if account is None:
            if not name.strip():
                raise Invalid("Write your name, as your colleagues will know you.", field="name")
            check_strength(password, address, at.tenant.name)
            account = await service.create_account(at.session, address, await hash_password(password))
            await open_session(response, account.id)
        made = await invitations.accept(at.session, row, account, name, at.tenant.languages)
    except Invalid as error:
        return await _join_page(request, at.session, row, error, name)
    record(at.session, "member.join", member=made.id, role=made.role)
    return response

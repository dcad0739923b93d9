"""Puts a record's page together: what the template shows, to whom, and what goes back to a tab that saves."""

from typing import Any
from uuid import UUID

from fastapi import Request
from fastapi.responses import Response
from sqlmodel import select

from hark.cases.models import Case
from hark.contacts import view
from hark.contacts.access import Sight, open_contact, sees_all
from hark.contacts.models import Contact
from hark.contacts.service import Saved, read_sheet
from hark.desk.trail.service import trail_of
from hark.switchboard.models import Call
from hark.switchboard.offering.cards import card
from infra.errors import Conflict
from infra.web import gettext, language, render
from tenants.audit import record
from tenants.forms.versions import form_of
from tenants.members.access import READS, Staff
from tenants.members.names import names
from tenants.texts import language_name, say

Context = dict[str, Any]


async def record_page(request: Request, staff: Staff, seen: Sight) -> Response:
    """The record as it stands, as a fragment for htmx or a page; reading what a colleague wrote is written down."""
    contact = seen.contact
    if seen.contents and not (contact.status == "draft" and contact.member_id == staff.member.id):
        record(staff.session, "contact.read", member=staff.member.id, subject=contact.id)
    return await _show(request, staff, seen)


async def returned(request: Request, staff: Staff, saved: Saved) -> Response:
    """The form again, with what is missing or with what somebody else wrote beside each field."""
    people = await names(staff.session)
    others = {}
    for name in saved.merged.conflicts:
        each, trace = saved.form[name], saved.before.traces[name]
        others[name] = (view.in_words(each, saved.before.answers.get(name)), people.get(trace.member, ""))
    typed = saved.merged.sheet.answers | {name: saved.typed[name] for name in saved.merged.conflicts}
    groups = view.fields(saved.form, typed, region=staff.tenant.country, problems=saved.problems, others=others)
    errors = {
        view.PREFIX + name: f"{say(saved.form[name].label, language())}: {problem.say(gettext)}"
        for name, problem in saved.problems.items()
    }
    again = {"groups": groups, "errors": errors, "conflicted": bool(others)}
    seen = await open_contact(staff, saved.contact.id)
    return await _show(request, staff, seen, again, status=409 if others else 422)


async def unsubmitted(
    request: Request, staff: Staff, seen: Sight, values: dict[str, Any], conflict: Conflict
) -> Response:
    """What was typed onto a record that was submitted meanwhile: still there, to be handed in after amending."""
    form = await form_of(staff.session, seen.contact.form_version_id)
    again = {
        "groups": view.fields(form, values, region=staff.tenant.country),
        "form_open": True,
        "notice": gettext(conflict.message),
    }
    return await _show(request, staff, seen, again, status=409)


async def posted(staff: Staff, key: UUID, typed: dict[str, list[Any]]) -> dict[str, Any]:
    """What a form holds, field by field: a box that isn't ticked isn't sent, and means nothing chosen."""
    seen = await open_contact(staff, key)
    form = await form_of(staff.session, seen.contact.form_version_id)
    values: dict[str, Any] = {}
    for each in form.fields:
        given = [one for one in typed.get(each.name, []) if isinstance(one, str)]
        if each.type == "choices":
            values[each.name] = given
        elif given or each.type in view.CHOSEN:
            values[each.name] = given[-1] if given else ""
    return values


def news(saved: Saved) -> dict[str, Any]:
    """What others wrote that this tab hasn't seen, ready to be put into its fields."""
    return {name: saved.before.answers.get(name) for name in saved.merged.news}


async def conflicts(staff: Staff, saved: Saved) -> dict[str, Any]:
    """Both wordings of each field that two wrote at once."""
    if not saved.merged.conflicts:
        return {}
    people = await names(staff.session)
    found = {}
    for name in saved.merged.conflicts:
        each, theirs = saved.form[name], saved.before.answers.get(name)
        trace = saved.before.traces[name]
        me = trace.member == staff.member.id
        found[name] = {
            "theirs": theirs,
            "theirs_said": view.in_words(each, theirs),
            "yours_said": view.in_words(each, saved.typed[name]),
            "who": gettext("You, in another tab,") if me else people.get(trace.member, gettext("Somebody else")),
        }
    return found


async def _show(
    request: Request, staff: Staff, seen: Sight, more: Context | None = None, *, status: int = 200
) -> Response:
    contact, session = seen.contact, staff.session
    form = await form_of(session, contact.form_version_id)
    fragment = request.headers.get("hx-request") == "true"
    context: Context = {
        "contact": contact,
        "at": f"/o/{staff.tenant.slug}/contacts/{contact.id}",
        "fragment": fragment,
        "contents": seen.contents,
        "form_open": seen.write and contact.status == "draft",
        "may_amend": seen.amend and contact.status == "submitted",
        "case": (await session.exec(select(Case.number).where(Case.contact_id == contact.id))).one_or_none(),
        "notice": "",
        "errors": {},
        "conflicted": False,
        "groups": [],
        "answers": [],
        "labels": [say(each.label, language()) for each in form.fields],
    }
    if seen.contents and "groups" not in (more or {}):
        sheet = await read_sheet(session, contact)
        region = staff.tenant.country
        if context["form_open"]:
            context["groups"] = view.fields(form, sheet.answers, region=region)
        else:
            context["answers"] = view.answered(form, sheet, region=region)
    context |= more or {}
    if not fragment:
        context |= await _around(staff, contact)
    name = "contacts/record.html" if fragment else "contacts/contact.html"
    return render(request, name, context, status=status)


async def _around(staff: Staff, contact: Contact) -> Context:
    """What stands beside the record on its own page: whose it is, its call, its trail."""
    people = await names(staff.session)
    trail = await trail_of(staff.session, contact.id) if staff.may(*READS) else []
    return {"keeper": people.get(contact.member_id, ""), "call": await _call(staff, contact.call_id), "trail": trail}


async def _call(staff: Staff, key: UUID | None) -> Context | None:
    if key is None:
        return None
    told = await card(staff.session, key)
    call = (await staff.session.exec(select(Call).where(Call.id == key))).one()
    talked = call.ended_at - call.answered_at if call.ended_at and call.answered_at else None
    return {
        "line": told["line"],
        "chosen": [say(label, language()) for label in told["chosen"]],
        "language": language_name(call.language),
        "calls_before": told["calls"],
        "simulated": call.simulated,
        "caller": call.caller_id if sees_all(staff.member) else None,
        "minutes": f"{talked.seconds // 60}:{talked.seconds % 60:02}" if talked else None,
    }

"""A month of one hotline, played and written in one go: calls, offers, records, cases, messages, who was on duty."""

import secrets
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

from hark.cases.models import Case, CaseCount, CaseEvent
from hark.contacts.models import Contact, ContactReader
from hark.demo.invented.cast import Hotline
from hark.demo.past.callers import Regulars, arrivals
from hark.demo.past.cases import Cases
from hark.demo.past.crew import Crew
from hark.demo.past.left import Left
from hark.demo.past.playing import Past, Played, played
from hark.demo.past.records import Records
from hark.demo.past.rows import Rows, id_at
from hark.demo.people import Staffed
from hark.desk.roster.service import calendar_row
from hark.public.page import calendars
from hark.switchboard.models import Call, CallerRow, CallEvent, Offer
from hark.switchboard.published import flow_of, published_version
from infra.database import Session
from tenants.audit.models import AuditEntry
from tenants.flows.engine import events as on
from tenants.forms.versions import form_of, newest_form
from tenants.lines.service import lines
from tenants.profile.service import profile
from tenants.rosters.hours import is_open
from tenants.workflows.versions import newest_workflow

ORDER = (CallerRow, Call, CallEvent, Offer, AuditEntry, Contact, ContactReader, CaseCount, Case, CaseEvent)


async def remember(session: Session, hotline: Hotline, staffed: Staffed, days: int, until: datetime) -> int:
    """Write so many days of history up to `until`, in the caller's transaction. Returns how many calls there were."""
    chance = Random(f"{hotline.kind}:{until:%Y-%m-%d}")
    line = (await lines(session))[0]
    version = await published_version(session, line)
    flow = await flow_of(session, version)
    form_id = await newest_form(session)
    form = await form_of(session, form_id)
    defaults = (await profile(session)).defaults
    openings = await calendars(session)
    start = until - timedelta(days=days + 2)
    crew = Crew(hotline.zone, staffed.shifts, staffed.teams, start, until)
    rows = Rows(ORDER)
    regulars = Regulars(rows, chance, known=not defaults["neutral_title"])
    records = Records(hotline, (form_id, form), rows, until, chance)
    left = Left(hotline, staffed.teams["main"], rows, until, chance)
    count = 0
    for at in arrivals(hotline, days, until, chance):
        caller = await regulars.caller(session, at)
        arrived = on.Arrived(
            {name: is_open(calendar, at) for name, calendar in openings.items()},
            regulars.facts(caller, at),
            hotline.languages[0],
            at=at + timedelta(seconds=1),
        )
        call = played(Past(hotline, flow, crew, arrived, chance), at, defaults["wrap_up_seconds"])
        if call.row["ended_at"] >= until:
            continue
        key = _keep_call(rows, call, line.id, version, caller)
        regulars.called(caller, at, answered=call.member is not None)
        if call.member is not None:
            await records.contact(session, key, call, call.member)
        await left.keep(session, key, call)
        count += 1
    leads = staffed.of_role("supervisor", "admin", "owner")
    await Cases(hotline, await newest_workflow(session), leads, rows, until, chance).keep(session, form, records.grown)
    _on_duty(rows, crew, start + timedelta(days=2), until)
    rows.audit(start, "hours.see", leads[0], (await calendar_row(session)).id)
    await rows.insert(session)
    return count


def _keep_call(rows: Rows, call: Played, line: UUID, version: UUID, caller: UUID | None) -> UUID:
    key = rows.add(
        Call,
        id=id_at(call.row["started_at"]),
        line_id=line,
        flow_version_id=version,
        caller_id=caller,
        token_hash=secrets.token_bytes(32),
        simulated=True,
        **{"ring": {}, "priority": 0, "waiting_since": None, "answered_at": None, **call.row},
    )
    for at, event in call.events:
        rows.add(CallEvent, call_id=key, at=at, event=event)
    for offer in call.offers:
        rows.add(Offer, call_id=key, **{"answered_at": None, **offer})
        if offer["state"] == "done":
            rows.audit(offer["answered_at"], "call.answer", offer["member_id"], key)
    return key


def _on_duty(rows: Rows, crew: Crew, start: datetime, until: datetime) -> None:
    """The trail of who went on and off duty, each at about the time that the roster says."""
    chance = Random(str(start))
    for begins, ends, member in crew.turns:
        for at, act in ((begins, "duty.on"), (ends, "duty.off")):
            moment = at + timedelta(minutes=chance.uniform(-4, 3))
            if member is not None and start < moment < until:
                rows.audit(moment, act, member)

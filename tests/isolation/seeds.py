"""At least one row of every table for a hotline, each with words in it that nobody else may ever read."""

import hashlib
import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlmodel import select

from billing.processor.models import Dispute, Operation, Payee, PaymentAccount, PaymentRow, ProcessorEvent
from billing.receipts.facts import Facts
from billing.receipts.models import Receipt, ReceiptSeries, ReceiptYear
from billing.receipts.service import donor_hash
from hark.cases.models import Case, CaseCount, CaseEvent
from hark.contacts.models import Contact, ContactReader
from hark.contacts.sheet import Sheet
from hark.desk.messages.models import Attempt, MailWish
from hark.models import metadata
from hark.phone.models import Carried, Leg
from hark.recordings.models import Recording
from hark.switchboard.left import part_key
from hark.switchboard.models import Call, Callback, CallerRow, CallEvent, Duty, Offer, Timer, Voicemail
from hark.watch.models import LineCheck, LineDay, LineTrouble
from infra.clock import now
from infra.database import Session, unit_of_work
from infra.ids import new_id
from infra.jobs import Job
from infra.scope import tenant_scope
from infra.storage import store
from infra.vault import fingerprint, seal, seal_platform
from provisioning.closing.models import Export
from provisioning.numbers.models import Port
from provisioning.signup.models import ApplicationFile
from provisioning.steps.models import ProvisioningStep
from tenants.allowance.models import Allowance, Outbound
from tenants.audit import record
from tenants.audit.models import AuditEntry
from tenants.destinations.models import Destination
from tenants.devices.models import Device
from tenants.devices.names import desk_account
from tenants.devices.service import account as sip_account
from tenants.directory.models import Host, Number
from tenants.flows.engine import State, dump_state
from tenants.flows.models import FlowVersion
from tenants.forms.models import FormVersion
from tenants.lines.settings import LineSetting
from tenants.members.models import Invitation, Member, Team
from tenants.members.service import email_hash
from tenants.prompts.models import Prompt
from tenants.prompts.service import storage_key, text_hash
from tenants.rosters.models import Shift
from tenants.trunks.models import Trunk
from tenants.workflows.models import WorkflowVersion
from tests.isolation.byhand import by_hand
from tests.isolation.donors import donors
from tests.isolation.gifts import gifts
from tests.isolation.money import books, plan
from tests.isolation.pools import pools
from tests.world import Hotline

LATER = timedelta(days=300)


@dataclass(frozen=True)
class Seeded:
    """A hotline's marker, the secrets of its visitors, and the id of a row of each table by the table's name."""

    hotline: Hotline
    marker: str
    number: int
    call_token: str
    join_token: str
    ids: dict[str, UUID]
    gift_token: str
    reminder_token: str

    def places(self, **more: Any) -> dict[str, str]:
        """What the places in an address or a form are filled with."""
        ids = {name: str(key) for name, key in self.ids.items()}
        own = {"slug": self.hotline.slug, "number": self.number, "token": self.join_token, "call_id": ids["call"]}
        fixed = {
            "file": ids["application_file"],
            "part": "0",
            "day": "2030-01-01",
            "node": "language",
            "code": "gifts",
            "currency": "GBP",
            "vendor": "twilio",
            "ref": "CA1",
            "what": "next",
            "verb": "taking",
            "how": "listen",
            "gift_token": self.gift_token,
            "reminder_token": self.reminder_token,
            "donor_token": f"letter-{self.marker}",
            "year": "2026",
            "receipt_token": f"receipt-{self.marker}",
            "year_token": f"year-{self.marker}",
            "name": f"own-{self.marker}",
            "tenant_id": ids["tenant"],
            "payee_account": f"acct_{self.marker}",
            "new": new_id(),
            "rest": "balance",
            "month": "2020-01",
            "hosted": "nothing",
        }
        return {name: str(value) for name, value in {**ids, **own, **fixed, **more}.items()}


async def _first(session: Session, model: Any) -> Any:
    return (await session.exec(select(model))).first()


async def seed(hotline: Hotline, keeper: UUID, account: UUID, *, number: int) -> Seeded:
    """Fill the hotline: `keeper` answered its call and keeps its record, `account` asked for its export."""
    marker = f"marker{hotline.tenant.hex[-12:]}"
    with tenant_scope(hotline.tenant):
        async with unit_of_work() as session:
            ids, tokens = await _tenant_rows(session, hotline, keeper, number, marker)
            ids |= await _platform_rows(session, hotline, account, marker)
            ids |= await _payments(session, hotline, marker)
            ids |= await books(session, marker)
            await plan(session, hotline.tenant, marker)
            given, gift_token = await gifts(session, hotline, marker)
            written, reminder_token = await donors(session, marker, given)
            given |= written
            given |= await by_hand(session, marker, given["gift"], given["donor"])
            given |= await pools(session, marker, given["gift"], given["campaign"])
            await session.flush()
            ids = await _other_rows(session, hotline.tenant) | ids | given
    return Seeded(hotline, marker, number, *tokens, ids, gift_token, reminder_token)


async def _payments(session: Session, hotline: Hotline, marker: str) -> dict[str, UUID]:
    """An account for gifts, a gift that was paid on it and given back."""
    account = f"acct_{marker}"
    mine = PaymentAccount(account=account, state="ready", country="GB", charges_enabled=True, missing=[marker])
    mine.methods = ["card"]
    paid = PaymentRow(account=account, currency="GBP", minor=500, charge=f"ch_{marker}", state="paid")
    back = Operation(kind="refund", key=marker, digest="", subject=paid.id, state="done", answer=f"re_{marker}")
    heard = ProcessorEvent(
        event=f"evt_{marker}", account=account, tenant=hotline.tenant, type="charge.succeeded", object=f"ch_{marker}",
        created=now(),
    )  # fmt: skip
    session.add_all([mine, paid, back, heard, Payee(account=account, tenant=hotline.tenant)])
    await session.flush()
    asked = Dispute(
        gift=paid.id, dispute=f"du_{marker}", status="needs_response", reason="fraudulent", currency="GBP", minor=500,
        at=now(),
    )  # fmt: skip
    session.add(asked)
    return {"payment": paid.id, "operation": back.id}


async def _other_rows(session: Session, tenant: UUID) -> dict[str, UUID]:
    """A row of each table that says whose it is, also of those that the opening has filled."""
    found = {}
    for name, table in metadata.tables.items():
        owner = table.columns.get("tenant_id", table.columns.get("tenant"))
        if owner is not None:
            found[name] = (await session.execute(select(table.c.id).where(owner == tenant).limit(1))).scalar_one()
    return found


async def _tenant_rows(
    session: Session, hotline: Hotline, keeper: UUID, number: int, marker: str
) -> tuple[dict[str, UUID], tuple[str, str]]:
    at, tokens = now() - timedelta(minutes=30), (f"call-{marker}", f"join-{marker}")
    here = {model: await _first(session, model) for model in (FlowVersion, FormVersion, WorkflowVersion, Team, Shift)}
    caller = CallerRow(hash=await fingerprint(session, "caller", marker))
    session.add(caller)
    await session.flush()
    call = Call(
        line_id=hotline.line, flow_version_id=here[FlowVersion].id, caller_id=caller.id, phase="ended",
        token_hash=hashlib.sha256(tokens[0].encode()).digest(), state=dump_state(State(phase="ended", language="en")),
        started_at=at, answered_at=at, ended_at=now(), outcome="talked",
    )  # fmt: skip
    session.add(call)
    await session.flush()
    sealed = await seal(session, marker.encode())
    answers = {field["name"]: marker for field in here[FormVersion].document["fields"] if "text" in field["type"]}
    contact = Contact(
        call_id=call.id, member_id=keeper, form_version_id=here[FormVersion].id,
        sealed=await seal(session, Sheet(answers=answers).dump()),
    )  # fmt: skip
    offer = Offer(call_id=call.id, member_id=keeper, state="done", made_at=at, expires_at=at, answered_at=at)
    event = CallEvent(call_id=call.id, event={"type": marker})
    voicemail = Voicemail(call_id=call.id, status="new", parts=1, seconds=2)
    wishes = await seal(session, json.dumps({"reach": marker, "wording": marker, "email": ""}).encode())
    callback = Callback(call_id=call.id, sealed=wishes)
    session.add_all([contact, offer, event, voicemail, callback])
    await session.flush()
    await store().put(part_key(call.id, 1, 0), sealed)
    caller.blocked_until, caller.blocked_at, caller.blocked_by = now() + LATER, at, keeper
    caller.sealed_reason, caller.sealed_plan, caller.planned_at, caller.planned_by = sealed, sealed, at, keeper
    recording = Recording(call_id=call.id, line_id=hotline.line, at=at, until=now() + LATER, parts=1, seconds=2)
    await store().put(f"recording/{hotline.tenant}/{recording.id}/00000", sealed)
    around = [
        Attempt(callback_id=callback.id, member_id=keeper, outcome="nobody"), MailWish(id=keeper), recording,
        LineSetting(id=hotline.line, record=True, consent={"en": marker}, check_minutes=15),
        LineCheck(line_id=hotline.line, state="good", reached="ring", seconds=9, promise=60),
        LineTrouble(line_id=hotline.line, since=at, over_at=now(), reason="late"),
        LineDay(line_id=hotline.line, day=now().date(), good=3),
    ]  # fmt: skip
    session.add_all([*around, await _prompt(hotline, here[FlowVersion].flow_id, keeper, marker)])
    reader = ContactReader(contact_id=contact.id, member_id=keeper, at=contact.at)
    stage = here[WorkflowVersion].document["stages"][0]["key"]
    case = Case(
        number=number, contact_id=contact.id, workflow_version_id=here[WorkflowVersion].id, sealed_title=sealed,
        stage=stage, owner=keeper, opened_by=keeper,
    )  # fmt: skip
    session.add_all([reader, case])
    await session.flush()
    note = CaseEvent(case_id=case.id, kind="note", member=keeper, sealed=sealed)
    opened = CaseEvent(case_id=case.id, kind="opened", member=keeper, stage=stage)
    invitation = Invitation(
        token_hash=hashlib.sha256(tokens[1].encode()).digest(), email_hash=email_hash(f"{marker}@example.org"),
        email_sealed=seal_platform(f"{marker}@example.org".encode()), role="operator", by=keeper, until=now() + LATER,
    )  # fmt: skip
    session.add_all([note, opened, invitation, CaseCount(id=hotline.tenant, last=number)])
    mobile = Device(member_id=keeper, kind="mobile", label=marker, sealed=sealed, hash=marker.encode())
    desk = Device(member_id=keeper, kind="desk", label=marker, sealed=sealed, hash=b"desk", verified_at=at)
    session.add_all([mobile, desk])
    await session.flush()
    session.add(sip_account(keeper, desk_account(desk.id), marker, browser=False, device=desk.id))
    session.add(Duty(id=keeper, status="off"))
    trunk = Trunk(name=f"Trunk {marker}", host=f"{marker}.example.org", username=marker, sealed=sealed)
    session.add_all([trunk, Allowance(id=hotline.tenant), Outbound(kind="member", given_at=now())])
    leg = Leg(call_id=call.id, ref=marker, state="over", sealed=sealed, notes={"name": marker}, over_at=now())
    session.add(leg)
    office = f"Office {marker}"
    number = await seal(session, b"+442079460018")
    destination = Destination(name=office, sealed=number, hash=marker.encode(), note=marker, added_by=keeper)
    session.add(destination)
    here[Team].name = f"Team {marker}"
    record(session, "case.open", member=keeper, subject=case.id, words=marker)
    (await session.exec(select(Member).where(Member.id == keeper))).one().name = f"Bob {marker}"
    await session.flush()
    ids = {
        "caller": caller.id, "call": call.id, "contact": contact.id, "offer": offer.id, "call_event": event.id,
        "voicemail": voicemail.id, "callback": callback.id, "contact_reader": reader.id, "case": case.id,
        "case_event": note.id, "invitation": invitation.id, "case_count": hotline.tenant, "duty": keeper,
        "audit_entry": (await _first(session, AuditEntry)).id, "member": keeper, "line": hotline.line,
        "recording": recording.id, "team": here[Team].id, "shift": here[Shift].id, "tenant": hotline.tenant,
        "device": mobile.id,
        "flow_version": here[FlowVersion].id,
        "trunk": trunk.id, "destination": destination.id,
        "leg": leg.id,
    }  # fmt: skip
    return ids | await _receipt(session, hotline, marker), tokens


async def _receipt(session: Session, hotline: Hotline, marker: str) -> dict[str, UUID]:
    """A donor's receipt with its paper, and their year. The links' secrets are made of the marker."""
    email = f"{marker}@example.org"
    facts = Facts(marker, email, "bank", marker, marker, marker, "CN", f"receipt-{marker}")
    donor = await donor_hash(session, email)
    row = Receipt(
        series="S", number=1, gift=new_id(), sealed=await facts.sealed(session), donor_hash=donor, currency="GBP",
        minor=1200, given_on=now().date(), language="en", token_hash=hashlib.sha256(facts.token.encode()).digest(),
    )  # fmt: skip
    assert donor is not None
    token = f"year-{marker}".encode()
    year = ReceiptYear(
        donor_hash=donor, year=now().year, sealed=await seal(session, token), token_hash=hashlib.sha256(token).digest()
    )
    session.add_all([ReceiptSeries(series="S", next=2), row, year])
    await session.flush()
    await store().put(f"receipts/{hotline.tenant}/{row.id}/en-seed/pdf", await seal(session, marker.encode()))
    return {"receipt": row.id, "receipt_year": year.id}


async def _prompt(hotline: Hotline, flow: UUID, keeper: UUID, marker: str) -> Prompt:
    """A recording of a text that isn't there any more; its sound is the marker."""
    key = storage_key(hotline.tenant, f"own-{marker}")
    await store().put(key, marker.encode())
    return Prompt(
        text_hash=text_hash(marker, "en"), language="en", words=marker, flow_id=flow, node="language", path="text",
        key=key, seconds=1, member_id=keeper,
    )  # fmt: skip


async def _own_number(session: Session, hotline: Hotline) -> UUID:
    """The number that it opened with."""
    found = select(Number.id).where(Number.line == hotline.line, Number.carrier == "sandbox")
    return (await session.exec(found)).one()


async def _claimed(session: Session, hotline: Hotline) -> UUID:
    """A claim that was taken back; its number is long somebody else's."""
    key, run = new_id(), "claim"
    for place, name in enumerate(("reserve", "buy", "point", "verify")):
        state = "failed" if name == "verify" else "undone"
        session.add(
            ProvisioningStep(
                tenant=hotline.tenant, run=f"{run}:{key}", place=place, name=name, state=state, finished_at=now()
            )
        )
    return key


async def _platform_rows(session: Session, hotline: Hotline, account: UUID, marker: str) -> dict[str, UUID]:
    """What the platform keeps about the hotline. The export and the file can really be fetched, by whoever may."""
    export = Export(
        tenant=hotline.tenant, account=account, hotline=marker, state="ready", size=9, expires_at=now() + LATER,
        closing_at=now(),
    )  # fmt: skip
    file = ApplicationFile(
        application=hotline.application, name=f"{marker}.pdf", media_type="application/pdf", size=9, storage_key="",
    )  # fmt: skip
    file.storage_key = f"review/{hotline.application}/{file.id}"
    building = Export(
        tenant=hotline.tenant, account=new_id(), hotline=marker, state="building", expires_at=now() + LATER
    )
    carried = Carried(carrier="paper", node=marker, ref=marker, tenant=hotline.tenant, call=new_id())
    timer = Timer(tenant=hotline.tenant, kind="duty", subject=new_id(), due_at=now() + LATER)
    job = Job(tenant=hotline.tenant, name="closing.export", payload={"export": str(export.id)}, due_at=now() + LATER)
    host = Host(tenant=hotline.tenant, name=f"{marker}.example.org")
    moving = Number(
        e164=f"+8621{hotline.tenant.int % 10**8:08d}", carrier="by_hand", status="porting", tenant=hotline.tenant,
        line=hotline.line, label=marker,
    )  # fmt: skip
    resting = Number(
        e164=f"+8610{hotline.tenant.int % 10**8:08d}", carrier="sandbox", status="resting", rests_from=hotline.tenant,
        rests_until=now() + LATER,
    )  # fmt: skip
    port = Port(
        tenant=hotline.tenant, number=moving.id, e164=moving.e164, line=hotline.line, company=marker, holder=marker,
        sealed=seal_platform(marker.encode()),
    )  # fmt: skip
    session.add_all([carried, export, building, file, timer, job, host, moving, resting, port])
    await store().put(export.storage_key, seal_platform(marker.encode()))
    await store().put(file.storage_key, seal_platform(marker.encode()))
    return {
        "export": export.id, "application_file": file.id, "timer": timer.id, "outbox": job.id, "host": host.id,
        "export_building": building.id, "port": port.id, "resting": resting.id,
        "claimed": await _claimed(session, hotline),
        "own_number": await _own_number(session, hotline),
        "application": hotline.application, "account": account,
    }  # fmt: skip

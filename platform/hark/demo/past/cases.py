"""The cases that came of some contacts: opened, given to somebody, noted on, moved along the workflow, some closed."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from operator import attrgetter
from random import Random
from typing import Any, NamedTuple
from uuid import UUID

from hark.cases.models import Case, CaseCount, CaseEvent
from hark.contacts.models import ContactReader
from hark.contacts.sheet import Sheet
from hark.contacts.view import title
from hark.demo.invented.cast import Hotline
from hark.demo.invented.writing import local_day, note
from hark.demo.past.callers import working_hour
from hark.demo.past.rows import Rows, id_at
from infra.database import Session
from infra.scope import current_tenant
from infra.vault import seal
from tenants.forms.document import Form
from tenants.workflows.document import Workflow

OLD = timedelta(days=9)


class Grown(NamedTuple):
    """A case opened from a contact (itself opened at `read_at`) by the member who had written it."""

    opened: datetime
    contact: UUID
    read_at: datetime
    member: UUID
    sheet: Sheet


class Cases:
    """Writes the cases of one hotline's past into rows. `leads` are those to whom a case may be given."""

    def __init__(
        self,
        hotline: Hotline,
        workflow: tuple[UUID, Workflow],
        leads: list[UUID],
        rows: Rows,
        until: datetime,
        chance: Random,
    ) -> None:
        self.hotline, self.leads, self.rows, self.until, self.chance = hotline, leads, rows, until, chance
        self.version, self.workflow = workflow

    async def keep(self, session: Session, form: Form, grown: list[Grown]) -> None:
        """Every case, numbered in the order in which they were opened."""
        for number, one in enumerate(sorted(grown, key=attrgetter("opened")), 1):
            await self._keep(session, form, number, one)
        if grown:
            self.rows.add(CaseCount, id=current_tenant(), last=len(grown))

    async def _keep(self, session: Session, form: Form, number: int, one: Grown) -> None:
        case = id_at(one.opened)
        way = list(self._way(one.opened))
        events = self._moves(way, one.member)
        owner = self._give(events, one, way)
        events += await self._notes(session, way, owner)
        stage, moved = way[-1]
        outcome = next((event["outcome"] for event in events if event["kind"] == "closed"), None)
        self.rows.add(
            Case,
            id=case,
            number=number,
            contact_id=one.contact,
            workflow_version_id=self.version,
            sealed_title=await seal(session, title(form, one.sheet).encode()),
            stage=stage,
            outcome=outcome,
            owner=owner,
            opened_by=one.member,
            opened_at=one.opened,
            moved_at=moved,
            closed_at=moved if outcome else None,
        )
        acts = {"opened": "case.open", "moved": "case.move", "closed": "case.close", "assigned": "case.assign"}
        for event in events:
            self.rows.add(CaseEvent, id=id_at(event["at"]), case_id=case, **event)
            self.rows.audit(event["at"], acts.get(event["kind"], "case.note"), event["member"], case, number=number)

    def _way(self, opened: datetime) -> Iterator[tuple[str, datetime]]:
        """The stages that time has let it come to, each with its moment."""
        path, at = self._path(opened), opened
        for stage in path:
            if at >= self.until:
                return
            yield stage, at
            day = local_day(at, self.hotline.zone) + timedelta(days=self.chance.choice((1, 1, 2, 3, 4, 6)))
            at = working_hour(day, self.hotline.zone, self.chance)

    def _path(self, opened: datetime) -> tuple[str, ...]:
        """Any way for a young case; most of the older ones go one that has an end."""
        paths = self.hotline.cases.paths
        ends = {stage.key for stage in self.workflow.stages if stage.kind == "closed"}
        if self.until - opened > OLD and self.chance.random() < 0.85:
            paths = tuple(path for path in paths if path[-1] in ends) or paths
        return self.chance.choice(paths)

    def _moves(self, way: list[tuple[str, datetime]], member: UUID) -> list[dict[str, Any]]:
        kinds = {stage.key: stage.kind for stage in self.workflow.stages}
        events: list[dict[str, Any]] = []
        for stage, at in way:
            event: dict[str, Any] = {
                "kind": "moved" if events else "opened",
                "stage": stage,
                "at": at,
                "member": member,
            }
            if kinds[stage] == "closed":
                event |= {"kind": "closed", "outcome": self.chance.choice(self.hotline.cases.outcomes)}
            events.append(event)
        return events

    def _give(self, events: list[dict[str, Any]], one: Grown, way: list[tuple[str, datetime]]) -> UUID:
        """Some are given to somebody who leads; what happens from then on is that person's doing."""
        given = one.opened + timedelta(minutes=self.chance.uniform(20, 600))
        owner = self.chance.choice(self.leads)
        if self.chance.random() > 0.4 or owner == one.member or given >= (way[1][1] if len(way) > 1 else self.until):
            return one.member
        for event in events[1:]:
            event["member"] = owner
        events.append({"kind": "assigned", "subject": owner, "at": given, "member": one.member})
        self.rows.add(ContactReader, contact_id=one.contact, member_id=owner, at=one.read_at)
        return owner

    async def _notes(self, session: Session, way: list[tuple[str, datetime]], owner: UUID) -> list[dict[str, Any]]:
        """In most stages something is noted before the next begins."""
        told: list[str] = []
        found = []
        ends = [at for _, at in way[1:]] + [self.until]
        for (stage, since), end in zip(way, ends, strict=True):
            words = note(self.hotline, stage, told, self.chance)
            if words and self.chance.random() < 0.8 and end - since > timedelta(hours=1):
                told.append(words)
                at = min(end, since + timedelta(days=3)) - timedelta(minutes=self.chance.uniform(3, 50))
                found.append({"kind": "note", "sealed": await seal(session, words.encode()), "at": at, "member": owner})
        return found

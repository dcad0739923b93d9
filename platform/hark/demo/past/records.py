"""What was written down about the calls of the past: a contact for each answered one, on the hotline's own form."""

from datetime import datetime, timedelta
from random import Random
from uuid import UUID

from hark.contacts.models import Contact, ContactReader
from hark.contacts.sheet import Change, Sheet, merge
from hark.demo.invented.cast import Hotline
from hark.demo.invented.writing import local_day, story_of, written
from hark.demo.past.cases import Grown
from hark.demo.past.playing import Played
from hark.demo.past.rows import Rows, id_at
from infra.database import Session
from infra.vault import seal
from tenants.forms.document import Form

CASES = 0.3
"""Of the calls that might grow into a case, so many do."""
MOST_DRAFTS = 2
UNFINISHED = timedelta(hours=30)
"""A record of the last hours may still be a draft."""


class Records:
    """Writes the contacts of one hotline's past into rows, and remembers of which a case came."""

    def __init__(self, hotline: Hotline, form: tuple[UUID, Form], rows: Rows, until: datetime, chance: Random) -> None:
        self.hotline, self.rows, self.until, self.chance = hotline, rows, until, chance
        self.version, self.form = form
        self.grown: list[Grown] = []
        self.drafts = 0

    async def contact(self, session: Session, call_id: UUID, call: Played, member: UUID) -> None:
        """The record of an answered call; of the latest, one or two are still being written."""
        talked = call.row["ended_at"] - call.row["answered_at"]
        story = story_of(self.hotline, call.choice, talked, self.chance)
        at = call.row["answered_at"] + timedelta(seconds=2)
        submitted = call.row["ended_at"] + timedelta(minutes=self.chance.uniform(1, 9))
        draft = submitted > self.until or self._still_writing(submitted)
        case = story.case and not draft and self.chance.random() < CASES
        day = local_day(at, self.hotline.zone)
        answers = written(self.hotline, self.form, story, day, self.chance, case=case)
        sheet = merge(Sheet(), 0, Change(answers, 0, call_id.hex[-12:], 1, member)).sheet
        sheet.submitted = 0 if draft else 1
        contact = self.rows.add(
            Contact,
            id=id_at(at),
            call_id=call_id,
            member_id=member,
            form_version_id=self.version,
            sealed=await seal(session, sheet.dump()),
            revision=1,
            status="draft" if draft else "submitted",
            at=at,
            submitted_at=None if draft else submitted,
        )
        self.rows.add(ContactReader, contact_id=contact, member_id=member, at=at)
        self.rows.audit(at, "contact.open", member, contact)
        if not draft:
            self.rows.audit(submitted, "contact.submit", member, contact, fields=[])
        if case:
            self.grown.append(Grown(submitted + timedelta(minutes=1), contact, at, member, sheet))

    def _still_writing(self, submitted: datetime) -> bool:
        late = self.until - submitted < UNFINISHED
        found = late and self.drafts < MOST_DRAFTS and self.chance.random() < 0.3
        self.drafts += found
        return found

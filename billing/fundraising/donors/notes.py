"""What a fundraiser wants to remember of a donor: a few words, sealed."""

from uuid import UUID

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select

from billing.fundraising.models import DonorNote
from infra.clock import now
from infra.database import Session
from infra.errors import Invalid
from infra.errors import _ as sentence
from infra.ids import new_id
from infra.scope import current_tenant
from infra.vault import seal, unseal

LONGEST = 1000


async def note_of(session: Session, donor: UUID) -> str:
    """The note on a donor, "" for none."""
    row = (await session.exec(select(DonorNote).where(DonorNote.donor == donor))).one_or_none()
    return (await unseal(session, row.sealed)).decode() if row else ""


async def keep_note(session: Session, donor: UUID, words: str) -> None:
    """Keep these words in the place of what was noted; "" takes the note away. Raises Invalid."""
    said = words.replace("\r\n", "\n").strip()
    if len(said) > LONGEST:
        raise Invalid(sentence("That is too long. Shorten it to 1,000 characters."), field="note")
    if not said:
        await session.execute(delete(DonorNote).where(col(DonorNote.donor) == donor))
        return
    kept = {"sealed": await seal(session, said.encode()), "changed_at": now()}
    made = insert(DonorNote).values(tenant_id=current_tenant(), id=new_id(), donor=donor, **kept)
    await session.execute(made.on_conflict_do_update(index_elements=["tenant_id", "donor"], set_=kept))

"""A hotline's own recordings, each for one text in one language."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import Index

from infra.database import TenantTable, belongs_to, moment


class Prompt(TenantTable, table=True):
    """A recording that callers hear instead of a synthetic voice, wherever `words` stand in `language`.

    It belongs to the words: once they change, it fits no longer and the place it was made for (`flow_id`, `node`,
    `path`) says so. `text_hash` is the hexadecimal SHA-256 of language and words; `key` is the sound in the store, a
    telephone WAV of `seconds`; `member_id` is who put it there.
    """

    __tablename__ = "prompt"
    __table_args__ = (
        belongs_to("flow_id", "flow"),
        Index("uq_prompt_text_hash", "tenant_id", "text_hash", unique=True),
        Index("ix_prompt_place", "tenant_id", "flow_id", "node"),
    )
    text_hash: str
    language: str
    words: str
    flow_id: UUID
    node: str
    path: str
    key: str
    seconds: float
    member_id: UUID
    at: datetime = moment(default=True)

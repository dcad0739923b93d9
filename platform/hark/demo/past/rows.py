"""Rows gathered in memory and written a few thousand at a time: a month of history would take minutes one by one."""

from collections.abc import Iterable
from datetime import datetime
from random import getrandbits
from typing import Any
from uuid import UUID

from pydantic_core import PydanticUndefined
from sqlalchemy import insert
from sqlmodel import SQLModel

from infra.database import Session
from infra.ids import new_id
from infra.scope import current_tenant
from tenants.audit.models import AuditEntry

CHUNK = 2000


def id_at(at: datetime) -> UUID:
    """The UUIDv7 (RFC 9562) of something that was made then."""
    return UUID(int=int(at.timestamp() * 1000) << 80 | 7 << 76 | getrandbits(12) << 64 | 2 << 62 | getrandbits(62))


class Rows:
    """Rows of one tenant by their model; models that others refer to are inserted first, in this `order`."""

    def __init__(self, order: Iterable[type[SQLModel]]) -> None:
        self._rows: dict[type[SQLModel], list[dict[str, Any]]] = {model: [] for model in order}

    def add(self, model: type[SQLModel], **values: Any) -> UUID:
        """Keep a row for later; returns its id, made now unless given."""
        values.setdefault("id", new_id())
        self._rows.setdefault(model, []).append(values)
        key: UUID = values["id"]
        return key

    def audit(self, at: datetime, action: str, member: UUID, subject: UUID | None = None, **detail: object) -> None:
        """Keep an act for the trail."""
        self.add(AuditEntry, id=id_at(at), at=at, action=action, member=member, subject=subject, detail=detail)

    async def insert(self, session: Session) -> None:
        """Write everything, in the caller's transaction."""
        for model, rows in self._rows.items():
            blank = _defaults(model) | {"tenant_id": current_tenant()}
            whole = [blank | row for row in rows]
            for start in range(0, len(whole), CHUNK):
                await session.execute(
                    insert(model.metadata.tables[str(model.__tablename__)]), whole[start : start + CHUNK]
                )


def _defaults(model: type[SQLModel]) -> dict[str, Any]:
    return {name: field.default for name, field in model.model_fields.items() if field.default is not PydanticUndefined}

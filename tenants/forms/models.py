"""Forms as they are kept: numbered versions, so that an old record is read with the form that it was written on."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index

from infra.database import TenantTable, document, moment


class FormVersion(TenantTable, table=True):
    """One version of a hotline's form (`key`: contact). The highest number is in use."""

    __tablename__ = "form_version"
    __table_args__ = (Index("uq_form_version_number", "tenant_id", "key", "number", unique=True),)
    key: str = "contact"
    number: int = 1
    document: dict[str, Any] = document()
    created_at: datetime = moment(default=True)

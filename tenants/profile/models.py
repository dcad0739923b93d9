"""The profile, one row per tenant."""

from typing import Any

from infra.database import TenantTable, document


class Profile(TenantTable, table=True):
    """`texts` per part and language, `theme` (brand, text_size, tone), `defaults` (neutral_title, exit_url,
    wrap_up_seconds, retention_days, …). Its id is the tenant's."""

    __tablename__ = "profile"
    texts: dict[str, Any] = document()
    theme: dict[str, Any] = document()
    defaults: dict[str, Any] = document()

"""Requests written for an earlier version of the dialect: what was renamed since is read under its name of today."""

from typing import Any

from stripe._api_version import _ApiVersion

RENAMED = {
    "/v1/payment_intents": {"payment_method_types": "allowed_payment_method_types"},
    "/v1/setup_intents": {"payment_method_types": "allowed_payment_method_types"},
    "/v1/checkout/sessions": {"payment_method_types": "allowed_payment_method_types"},
}
"""Of requests to these paths; every version before the SDK's own had the old names."""


def translated(raw: dict[str, Any], path: str, version: str) -> dict[str, Any]:
    """The parameters under today's names, where the request says that it is of an earlier version."""
    if not version or version[:10] >= _ApiVersion.CURRENT[:10]:
        return raw
    names = RENAMED.get(path, {})
    return {names.get(name, name): value for name, value in raw.items()}

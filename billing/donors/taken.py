"""Everything that a hotline keeps of a donor, as JSON that they take along."""

import json
from typing import Any

from billing.donors.given import given
from billing.giving.donors import known
from billing.giving.models import Donor
from billing.giving.service import words_of
from billing.money import Money, in_digits
from billing.monthly.service import monthly_of
from billing.reminders.service import reminders_of
from infra.clock import now
from infra.database import Session
from tenants.directory.models import Tenant

EVER = 100_000


def _money(money: Money) -> dict[str, str]:
    return {"amount": in_digits(money), "currency": money.currency}


async def taken_along(session: Session, tenant: Tenant, donor: Donor) -> str:
    """The document. Dates are ISO 8601 in UTC."""
    said = await known(session, donor)
    gifts, _older = await given(session, tenant, donor.id, donor.language, most=EVER)
    document: dict[str, Any] = {
        "hotline": tenant.name,
        "organisation": tenant.organisation,
        "made_at": now().isoformat(),
        "donor": {
            "name": said.name,
            "email": said.email,
            "language": donor.language,
            "first_gift_at": donor.first_at.isoformat(),
            "last_gift_at": donor.last_at.isoformat(),
        },
        "gifts": [],
        "monthly_gifts": [
            {**_money(each.total), "state": each.state, "since": each.since.isoformat(), "card": each.card}
            for each in await monthly_of(session, donor.id)
        ],
        "reminders": [
            {**_money(Money(each.amount_minor, each.currency)), "state": each.state, "next_on": str(each.next_on)}
            for each in await reminders_of(session, donor.id)
        ],
    }
    for each in gifts:
        words = await words_of(session, each.gift)
        document["gifts"].append(
            {
                "id": str(each.gift.id),
                "given_at": each.gift.paid_at.isoformat() if each.gift.paid_at else None,
                **_money(each.total),
                "given_back": in_digits(each.back),
                "of_which_for_the_fee": in_digits(Money(each.gift.cover_minor, each.gift.currency)),
                "campaign": each.purpose or None,
                "method": each.gift.method,
                "country_of_card": each.gift.country or None,
                "anonymous": each.gift.anonymous,
                "receipt": each.number or None,
                "name": words.name,
                "email": words.email,
                "in_honour_of": words.honour,
                "message": words.message,
            }
        )
    return json.dumps(document, ensure_ascii=False, indent=1)

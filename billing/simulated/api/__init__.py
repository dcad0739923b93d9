"""What the simulated processor can do, a file for each family of objects; each registers its requests."""

from billing.simulated.api import accounts, events
from billing.simulated.api.payments import charges, customers, intents, payouts, sessions, setups
from billing.simulated.api.recurring import catalogue, invoices, portal, reductions, subscriptions

FAMILIES = (
    accounts, catalogue, charges, customers, events, intents, invoices, payouts, portal, reductions, sessions, setups,
    subscriptions,
)  # fmt: skip

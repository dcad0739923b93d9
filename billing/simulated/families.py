"""Every family of requests, imported in one place so that they register, and with them what follows on what."""

from billing.simulated.api import accounts, events
from billing.simulated.api.payments import charges, customers, intents, payouts, sessions, setups
from billing.simulated.api.recurring import catalogue, invoices, portal, reductions, subscriptions
from billing.simulated.paying import keeping

FAMILIES = (
    accounts, catalogue, charges, customers, events, intents, invoices, keeping, payouts, portal, reductions, sessions,
    setups, subscriptions,
)  # fmt: skip

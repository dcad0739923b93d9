"""What the simulated processor can do, a file for each family of objects; each registers its requests."""

from billing.simulated.api import accounts, catalogue, charges, events, intents, payouts, sessions

FAMILIES = (accounts, catalogue, charges, events, intents, payouts, sessions)

"""How much of Stripe the simulated processor does: measured with Stripe's own fixtures and event scripts."""

"""The fundraiser's view: what came in, every gift with what became of it, donors, payouts."""

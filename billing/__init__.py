"""Money: the floor on which gifts, the ledger and plans will stand; nothing above it may import stripe."""

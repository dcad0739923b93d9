"""Paying: sessions, intents, charges and what comes of them."""

"""One account's objects within a transaction: found, made, changed, listed, and what happened to them told."""

from billing.simulated.till.till import Till, key_for

__all__ = ["Till", "key_for"]

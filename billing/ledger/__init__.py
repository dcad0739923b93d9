"""The ledger: double entry, append-only, zero-sum; every figure about money that anyone sees is a query over it."""

from billing.ledger.balances import Statement, TrialLine, balance, statement, trial_balance
from billing.ledger.service import Entry, Posting, book, reverse

__all__ = [
    "Entry",
    "Posting",
    "Statement",
    "TrialLine",
    "balance",
    "book",
    "reverse",
    "statement",
    "trial_balance",
]

"""From what moved on an account at the processor to entries of the ledger."""

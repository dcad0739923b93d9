"""How an organisation carries a case from its first contact to its end: stages in between, and outcomes."""

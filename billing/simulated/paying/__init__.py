"""How simulated money moves: cards that behave as their numbers say, charges, balances, refunds, disputes."""

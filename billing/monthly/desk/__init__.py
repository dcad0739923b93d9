"""The staff's page of monthly gifts: who gives, what comes in a month, what began and what ended."""

"""Invoices of plans: what is on them, how they come to be, and what they are in both books."""

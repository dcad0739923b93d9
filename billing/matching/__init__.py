"""Matching gifts: what sponsors promise to add to what others give, and never more than that."""

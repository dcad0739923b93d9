"""Callers as a hotline knows them: a block for a time, a plan for those who call a lot, limits, keys for robots."""

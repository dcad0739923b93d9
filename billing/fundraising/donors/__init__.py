"""Donors as a fundraiser knows them: what they gave, what was noted, their statements, and forgetting them."""

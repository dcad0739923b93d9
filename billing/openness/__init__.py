"""Openness: what a hotline costs, and how long it can go on, for its own people and, if it wants, for everybody."""

"""Posters for an event: a code to point a telephone at, and the address for those who'd rather type it."""

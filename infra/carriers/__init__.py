"""Carriers: the telephone networks that bring callers. Each is one folder; all speak `protocol`."""

"""Keeps whoever tries stolen cards away from the processor, without asking donors for anything."""

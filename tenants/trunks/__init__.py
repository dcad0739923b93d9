"""Trunks: telephone companies that a hotline brings along, each with how our switch reaches it."""

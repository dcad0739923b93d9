"""Receipts: one for each gift, numbered without a gap, void or replaced but never changed, printed as PDF."""

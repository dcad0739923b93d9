"""Payouts, laid line by line beside the books."""

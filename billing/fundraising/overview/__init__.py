"""What came in: sums, months, by whom and for what."""

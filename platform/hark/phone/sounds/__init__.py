"""What callers hear, as sounds that a carrier can fetch."""

"""The watch: calls each line as often as its hotline wants, and says so where callers don't get through in time."""

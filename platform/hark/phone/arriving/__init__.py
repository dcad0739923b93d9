"""A call that comes in: whose it is, whether it is let in, and its first step."""

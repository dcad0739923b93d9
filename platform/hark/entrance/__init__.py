"""The front door: the landing page, signing in and out, the local outbox."""

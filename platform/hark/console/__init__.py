"""The operator's console: duty, the ringing card, the live call, and its socket."""

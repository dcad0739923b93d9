"""The phone's switch: an Asterisk of our own, configured, started, kept and found."""

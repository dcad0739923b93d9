"""The telephone: what a carrier tells becomes the flow's events, what the switchboard decides becomes commands."""

"""The roster: who is on this week, where it has holes, and when the hotline is open."""

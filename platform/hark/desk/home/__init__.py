"""The desk's first page: is the line reachable, who is on this week, what is waiting for me."""

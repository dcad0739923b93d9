"""What callers left: voice messages to hear and call-backs to make, each with one person who sees to it."""

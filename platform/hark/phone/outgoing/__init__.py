"""Calls that Hark makes itself: call-backs, errands to members' telephones, trials of numbers."""

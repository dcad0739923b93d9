"""Where the telephone meets its carriers: who they are, what is sent to them and what they send."""

"""Every gift: found, read with all that became of it, given back."""

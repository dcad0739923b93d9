"""A hotline's own pages of its sponsors' pools, and the letter to a sponsor."""

"""A hotline's own account at the processor: gifts go to it directly, and the organisation is their merchant."""

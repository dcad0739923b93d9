"""A hotline's profile: what its public page says, how it looks, and the defaults that came with its kit."""

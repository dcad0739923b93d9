"""The pages of costs and of open books: for a hotline's people, and for everybody."""

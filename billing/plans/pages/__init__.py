"""The pages of plans: a hotline's own, and the operators'."""

"""The invention: the example hotlines' people, stories and sounds, and what a simulated caller does next."""

"""A hotline's settings: what it is called, what it says, how it looks, how it keeps callers safe."""

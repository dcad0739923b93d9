"""The simulated telephone of a fresh installation: a phone on the screen that dials its simulated numbers."""

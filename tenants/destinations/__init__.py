"""Destinations: the numbers outside to which a hotline's people may pass a caller on."""

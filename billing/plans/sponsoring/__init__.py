"""Somebody else pays a hotline's plan: asked by letter, free to end it at any time."""

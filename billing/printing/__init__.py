"""Printing: papers as tagged PDF, set in fonts that are installed with Hark, so that they look alike everywhere."""

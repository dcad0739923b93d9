"""The simulated network of a fresh install: numbers and a telephone on the screen, always labelled as simulated."""

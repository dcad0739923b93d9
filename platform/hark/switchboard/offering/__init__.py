"""Offering a waiting call to people: who is free, in which order, what they see, and the breath after a call."""

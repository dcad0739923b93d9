"""Passing a call on: to a team, after a word with a colleague, to a number outside; and supervisors who look on."""

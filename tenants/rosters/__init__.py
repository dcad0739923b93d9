"""When a line is open and who is on: calendars, weekly shifts, and what they leave uncovered."""

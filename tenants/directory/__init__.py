"""The directory: which organisations there are, and how a visitor's host, name or dialled number finds one."""

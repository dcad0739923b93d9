"""People: accounts that sign in, members of a hotline with a role, teams they answer for."""

"""A donor's own page: reached by a letter to their address, without a password and apart from every staff session."""

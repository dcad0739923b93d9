"""Review: the platform's people look at new organisations before their lines go public."""

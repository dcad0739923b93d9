"""Monthly gifts: each paid month is one gift, and the donor may change, pause or stop it at any time."""

"""How Hark runs: the process tree, its door, its keys, its schema."""

"""A bank's statements: read from its CSV file, each line once, and each booked only when somebody has confirmed it."""

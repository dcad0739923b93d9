"""What happens to a caller, from the first word to a person or a clear end: the flow, its engine, its lint."""

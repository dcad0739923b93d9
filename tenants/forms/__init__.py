"""What an organisation writes down about a contact: the fields it asks, and how answers to them are read."""

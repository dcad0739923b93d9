"""What supports the example hotlines: given, paid out and booked by the same code as any gift is."""

"""What callers see: a hotline's page, the web call and its socket."""

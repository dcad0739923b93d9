"""What callers on the telephone hear for each text of a flow: a recording of the hotline's own, else a spoken text."""

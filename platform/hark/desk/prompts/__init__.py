"""How the flow sounds on the telephone: to listen to each text, and to speak it oneself."""

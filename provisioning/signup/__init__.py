"""Sign-up: an organisation registers, proves its e-mail, and its hotline is opened."""

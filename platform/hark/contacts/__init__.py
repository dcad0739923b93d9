"""Contacts: the record of each call, written on the hotline's own form."""

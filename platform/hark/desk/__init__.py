"""A hotline's own desk: its home, roster, flow, messages and audit trail."""

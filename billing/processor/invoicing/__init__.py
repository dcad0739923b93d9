"""Invoices by which hotlines pay this platform, on the platform's own account at the processor."""

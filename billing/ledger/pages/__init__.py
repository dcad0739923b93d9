"""The books as a hotline's own people see them: trial balance, account, entry, postings; and all of it as a table."""

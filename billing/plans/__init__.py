"""What hotlines pay this platform by, if they pay at all: plans as data, standing, invoices, a soft landing."""

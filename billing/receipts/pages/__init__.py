"""The pages of receipts: for those who lead a hotline, and behind its donors' own links."""

"""How receipts and statements look and what they say, in every language, and what the law calls its own receipt."""

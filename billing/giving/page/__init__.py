"""What donors see: the page, its form, the thank-you, and what the page is elsewhere."""

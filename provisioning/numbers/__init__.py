"""Numbers: claiming one for a hotline, and giving it back to rest before anybody else may have it."""

"""How a hotline says that it takes gifts."""

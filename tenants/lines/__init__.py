"""Lines: what a hotline answers on, each with its published flow."""

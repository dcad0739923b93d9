"""Gifts that didn't come by the page: by bank transfer, in cash, in kind; entered by hand or read from a statement."""

"""What a vendor is answered: markup, the addresses that stand in it, and our own sounds behind some of them."""

"""The legs on one Asterisk: what they do there, how they are told, and what is heard of them."""

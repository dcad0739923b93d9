"""Asterisk as a carrier: any SIP trunk, volunteers in a browser, on a desk phone or their own, driven through ARI."""

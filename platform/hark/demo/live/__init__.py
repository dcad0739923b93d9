"""The present of the example hotlines: simulated callers who call and simulated volunteers who answer them."""

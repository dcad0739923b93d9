"""The pages that the simulated processor shows to people: paying, confirming, connecting an account."""

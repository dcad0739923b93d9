"""Stripe: the only place that speaks to it. What it says is booked; what it is asked is written down before."""

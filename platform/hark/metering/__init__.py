"""Metering: what costs money at a telephone or mail company is counted once a day, and leads nowhere from there."""

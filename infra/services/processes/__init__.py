"""Processes of ours: how one is launched, kept running, and found again after we were killed."""

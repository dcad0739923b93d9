"""Closing: a hotline ends as it began, step by step; its people get everything it held first."""

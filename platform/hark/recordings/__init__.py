"""Recordings of telephone calls: off unless a hotline turns them on, announced, sealed, and gone in their time."""

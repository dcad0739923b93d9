"""Campaigns: what is collected for, until when, its story and pictures, and how far it has come."""

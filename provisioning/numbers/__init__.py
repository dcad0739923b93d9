"""Numbers: claiming one for a hotline, and giving it back to rest before anybody else may have it."""

from infra.carriers.sandbox import numbers as sandbox
from infra.carriers.twiml import numbers as twiml

SELLERS = (sandbox.NAME, twiml.CARRIER)
"""Carriers that sell numbers, imported here so that they are known wherever numbers are dealt with."""

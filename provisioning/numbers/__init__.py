"""Numbers: claiming one for a hotline, and giving it back to rest before anybody else may have it."""

from infra.carriers.asterisk import numbers as asterisk
from infra.carriers.sandbox import numbers as sandbox
from infra.carriers.twiml import numbers as twiml

SIDES = (sandbox.NAME, twiml.CARRIER, asterisk.CARRIER)
"""Carriers that numbers can be with or be sent by, imported here so that they are known wherever numbers are dealt
with."""

"""Devices: the telephones that a member may answer on, each proven to be theirs."""

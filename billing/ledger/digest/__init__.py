"""The digest: each day's entries as one hash, chained to the days before, so that anybody can check what is in it."""

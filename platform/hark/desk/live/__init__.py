"""The calls of this moment, for supervisors: who talks with whom and for how long, and the way into a call."""

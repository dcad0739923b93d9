"""Matching gifts: what sponsors promise to add to what others give, and never more than that.

What settles and tells of them knows nothing of the donation page, which asks it; the desk's pages know both.
"""

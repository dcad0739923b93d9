"""The donation page of a hotline: from a choice of amounts to a thank-you that tells the truth."""

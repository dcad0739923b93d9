"""Steps: opening and closing a hotline as small idempotent acts with an undo each."""

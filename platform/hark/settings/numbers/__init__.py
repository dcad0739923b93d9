"""A hotline's numbers, for its admin: what there is, searching and claiming, bringing one's own, moving, giving up."""

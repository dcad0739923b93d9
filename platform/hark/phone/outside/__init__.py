"""Numbers outside the hotline that a volunteer calls in: a lawyer's office, a shelter, an ambulance's desk."""

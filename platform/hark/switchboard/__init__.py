"""Live calls: takes a carrier's events, steps the flow, stores what follows from it and carries it out."""

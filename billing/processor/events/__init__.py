"""What the processor tells by itself: proven to be its word, kept once, and looked into by a job."""

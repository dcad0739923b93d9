"""What the simulated processor can do, a file for each family of objects; each registers its requests."""

"""The flow as a picture, its words to change, and the way to publish and to go back."""

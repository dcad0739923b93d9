"""Opens and closes a hotline: sign-up, vetting, idempotent steps with undo, numbers and starter kits."""

"""A letter each month to those who asked to be reminded, because their way of paying can't come again by itself."""

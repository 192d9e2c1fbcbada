"""What audit does by itself, or when a reviewer asks."""

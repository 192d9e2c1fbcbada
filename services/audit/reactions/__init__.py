"""What audit does when a service speaks."""

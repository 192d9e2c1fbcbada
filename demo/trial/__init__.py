"""What a trial installation in containers has besides a real one: its OpenID provider, and its systems."""

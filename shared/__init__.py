"""What the four services have in common. This package knows no service."""

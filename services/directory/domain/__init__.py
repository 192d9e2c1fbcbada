"""The directory's rules. Standard library and ``shared.kernel`` only."""

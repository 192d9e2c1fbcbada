"""Chaos: the product under seeded faults, and plain nameko under the same ones. `make chaos` runs twenty seeds."""

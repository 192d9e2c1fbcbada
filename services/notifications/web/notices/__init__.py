"""A unit's own notices."""

"""Signing in and out: at the provider and back, how surely, for how long, and under which assignment."""

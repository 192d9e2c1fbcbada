"""Looks for what is wrong in an installation, and says what to do about it."""

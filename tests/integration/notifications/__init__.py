"""Notifications on a real PostgreSQL, with a real SMTP server."""

"""Roles and databases of an installation: one database and two roles per service, and a third role for the log."""

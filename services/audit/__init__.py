"""Audit: remembers who did what with whose consent, and can prove that nothing was changed."""

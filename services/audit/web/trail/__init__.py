"""Consents, referrals and entries: lists, one's trail, and the search."""

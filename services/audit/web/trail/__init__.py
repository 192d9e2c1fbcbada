"""Consents, referrals and entries: lists, one's trail, and the search."""

from services.audit.web.trail.api import api
from services.audit.web.trail.pages import pages

__all__ = ["api", "pages"]

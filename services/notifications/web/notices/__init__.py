"""A unit's own notices."""

from services.notifications.web.notices.api import api
from services.notifications.web.notices.pages import pages

__all__ = ["api", "pages"]

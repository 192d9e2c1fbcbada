"""What the demonstration would have sent."""

from services.notifications.web.inbox.pages import pages

__all__ = ["pages"]

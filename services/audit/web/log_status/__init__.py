"""The log as a whole: how it is, its alarms, its verification, an export."""

from services.audit.web.log_status.api import api
from services.audit.web.log_status.pages import pages

__all__ = ["api", "pages"]

"""The demonstration's post: nothing is sent, and everything that would have been is kept and shown."""

from services.notifications.channels.demo_mailbox.channel import DemoMailbox

__all__ = ["DemoMailbox"]

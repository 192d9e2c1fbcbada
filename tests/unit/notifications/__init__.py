"""Notices: what they can hold, who is told, when to try again, how a letter looks."""

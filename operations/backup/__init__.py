"""Copies of the four databases, taken at one moment, sealed for somebody who is elsewhere, and put back."""

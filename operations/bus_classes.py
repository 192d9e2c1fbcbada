"""Where each service's bus class is: what it listens to, and what its bus process runs."""

from __future__ import annotations


def bus_class(service: str) -> str:
    """As module and class: `services.referral.service:Referral`."""
    return f"services.{service}.service:{service.capitalize()}"

"""The request that is measured: a consented referral from Alva's health centre to Bo's unit, through the API."""

from __future__ import annotations

PATH = "/api/referral/v1/referrals"

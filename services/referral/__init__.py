"""Receives, routes and follows a referral of a carer, gated by two people's consent."""

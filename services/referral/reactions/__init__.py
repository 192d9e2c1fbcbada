"""One file per thing the referral service does when another service speaks."""

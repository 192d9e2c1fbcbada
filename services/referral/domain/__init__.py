"""The rules of a referral: the standard library and the kernel only."""

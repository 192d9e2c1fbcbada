"""The directory: who offers what, where, for whom; units, people's assignments, routing rules, sign-in."""

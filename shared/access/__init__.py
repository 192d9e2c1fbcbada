"""Who looked, and who tried to: recorded in one way by every service that shows anything about anybody."""

"""The golden log and the script that made it."""

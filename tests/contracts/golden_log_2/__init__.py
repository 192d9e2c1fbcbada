"""The golden log of the second format, after entries of the first, and the script that made it."""

"""One file per thing the directory does when another service speaks."""

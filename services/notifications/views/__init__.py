"""What pages show: SQL straight to it."""

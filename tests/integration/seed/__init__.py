"""The seed on the running product."""

"""Virtual host and broker users of an installation."""

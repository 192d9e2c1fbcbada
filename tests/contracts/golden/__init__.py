"""One envelope of every contract version, as bytes, kept for ever."""

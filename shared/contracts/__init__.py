"""The public events: what services tell each other. Versioned and frozen; no personal data, ever."""

"""Makes a checkout ready: Python environment, packages, style sheets, translations, a browser for tests."""

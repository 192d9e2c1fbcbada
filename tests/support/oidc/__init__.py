"""OpenID providers for tests: a real one from a package, and a small dishonest one."""

"""Where notices are kept: PostgreSQL."""

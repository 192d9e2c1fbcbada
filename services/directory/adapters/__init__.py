"""The directory's PostgreSQL tables, repositories and unit of work."""

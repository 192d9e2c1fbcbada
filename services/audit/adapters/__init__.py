"""Audit's own database: the queue, the log's tables, the keys of what may be opened."""

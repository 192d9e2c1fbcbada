"""What developers run: checks, translations, parts that others made, and setting a checkout up."""

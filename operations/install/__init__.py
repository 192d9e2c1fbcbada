"""What a new installation is given: keys, databases, roles, broker users, tables, exchanges, its first directory."""

"""What takes more than one transaction, or remembers between two: each with one `run()` (docs/grammar.md)."""

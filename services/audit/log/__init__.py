"""The log as bytes: leaves, tree, checkpoints, export. Knows no database, no broker and no framework."""

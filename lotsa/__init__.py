"""The entry points: the `lotsa` command, and what starts each process of the product."""

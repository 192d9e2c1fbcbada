"""The `lotsa` command by subject. Each command imports what it needs when it is called: together it takes seconds."""

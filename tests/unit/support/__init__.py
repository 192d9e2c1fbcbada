"""The tools that tests rely on are tested themselves."""

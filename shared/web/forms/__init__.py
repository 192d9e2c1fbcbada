"""Forms that people send: shown again with what is wrong, carried out once, and kept when they come too late."""

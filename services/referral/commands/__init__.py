"""One file per thing a person can ask for: the command and the function that carries it out."""

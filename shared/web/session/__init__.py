"""Who is signed in: the session in its cookie, what it says, its keys, and the tokens of systems."""

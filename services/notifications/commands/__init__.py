"""What is done without being told to by another service: here, delivering what is due."""

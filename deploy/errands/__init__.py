"""What an operator asks of the `lotsa` command, one file per errand."""

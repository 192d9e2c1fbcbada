"""What an operator does: an act, or what several acts need, in each file; a room for acts that belong together."""

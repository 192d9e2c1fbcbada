"""A consent: what is asked for each of two people, the words that are read out, and what was answered."""

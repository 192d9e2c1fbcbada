"""The demonstration: one machine, or a trial in containers, with invented people. Production imports none of it."""

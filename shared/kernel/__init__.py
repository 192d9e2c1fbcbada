"""Identity, time, refusals, events and who acts: the standard library only."""

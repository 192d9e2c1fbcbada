"""Speed, as ratios to a floor measured in the same run. `make bench` runs it; nothing here is asserted in a test."""

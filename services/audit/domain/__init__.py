"""What audit decides: what an entry says, what a gap is, who may review what. The standard library only."""

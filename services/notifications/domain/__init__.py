"""What a notice is, who is told what, and when to try again: the standard library and the kernel only."""

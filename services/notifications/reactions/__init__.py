"""What we do when another service speaks: one file each, named by its sentence."""

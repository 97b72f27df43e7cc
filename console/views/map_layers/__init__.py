"""What the map paints, one layer a module; each paints with a painter and a projection."""

"""The statistics board: numbers, trend and rankings of the cases."""

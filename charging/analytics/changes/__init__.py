"""What changed between two datasets, station by station and cell by cell."""

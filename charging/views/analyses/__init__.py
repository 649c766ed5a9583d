"""The analyses: each has controls, a map, tables and a definition."""

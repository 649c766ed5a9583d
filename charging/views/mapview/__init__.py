"""The map and what is around it: layers, panel, details and the table that says the same."""

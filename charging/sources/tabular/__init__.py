"""Registers as tables, read as a preset says: one row a station or a device."""

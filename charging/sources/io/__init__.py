"""Foreign files as rows, values and features: what a container holds, before anyone asks what it means."""

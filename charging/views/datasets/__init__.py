"""The datasets of this server: upload, import report, quality, duplicates, and which one is open."""

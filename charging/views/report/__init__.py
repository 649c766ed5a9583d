"""What a reader takes away: files, pictures, and the report of an analysis."""

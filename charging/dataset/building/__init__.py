"""What makes tables of records: their checks, their places, their operators."""

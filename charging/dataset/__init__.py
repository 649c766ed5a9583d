"""Records into validated tables, tables into immutable versions on disk."""

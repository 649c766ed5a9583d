"""Domain model: vocabulary, tables, operators, published figures, datums, cells and filters."""

"""What things are: vocabulary, tables, operators, published figures, datums, cells and filters."""

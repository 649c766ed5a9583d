"""Which column of a table holds what: told from the words of its header and from its cells."""

"""Filters and a dataset in, small tables out: where SQL is written and run."""

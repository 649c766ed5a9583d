"""Records of JSON as rows: nested values as columns named by the path to them."""

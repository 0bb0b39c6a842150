"""Articles in: everything from a file to searchable passages."""

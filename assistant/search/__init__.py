"""Search: from a question to the passages to read."""

"""Search: finds the passages that may answer a question."""

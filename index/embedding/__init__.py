"""The embedding model: from text to vectors."""

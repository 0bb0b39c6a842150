"""Storage: the catalog (SQLite), the lexical index and the vectors (Chroma)."""

"""Database access for the hot path: prepared statements, row mapping, a thread pool, deletion in batches."""

"""Own copies of members beside the server's library: which items are the same file, and their fingerprints."""

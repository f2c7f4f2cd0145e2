"""Use cases of accounts over several apps: sessions, passwords, export, deletion."""

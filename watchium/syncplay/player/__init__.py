"""The player of one client: its file, and what the room learns of it. Pure."""

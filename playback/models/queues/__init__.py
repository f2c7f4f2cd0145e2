"""What rooms play after each other: queues, what follows in a folder, and playlists."""

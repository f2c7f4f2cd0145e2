"""HTTP API of rooms, as far as it needs no other app."""

"""The queue of a room as the shared playlist of Syncplay's clients. Pure."""

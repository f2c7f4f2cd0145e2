"""What a room played before."""

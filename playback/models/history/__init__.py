"""What rooms and people played before."""

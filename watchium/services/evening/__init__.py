"""What a room played, with what was written and shown meanwhile."""

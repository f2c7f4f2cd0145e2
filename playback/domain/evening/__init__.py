"""What remains of what a room played. Pure."""

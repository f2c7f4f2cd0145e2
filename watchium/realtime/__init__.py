"""Real-time delivery: events are published on commit and fan out to the sockets of all processes."""

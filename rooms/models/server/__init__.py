"""What servers share about themselves: their clock, and which of them is the leader."""

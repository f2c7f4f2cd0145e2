"""What is on the server's own disk to be played: found by `scan`, brought by staff (`uploads`), served by `serving`."""

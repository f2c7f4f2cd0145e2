"""How playback starts: ready checks, premieres and polls, in rooms that use them."""

"""The evenings of a room: over the API, as pages, and as files."""

"""Media sources: what an address is (a file, a stream, an embedded player), and why another is refused. Pure.

The server never fetches an address; each browser reports media that it cannot play.
"""

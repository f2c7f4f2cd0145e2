"""The connection below the lines: the client's address behind a proxy, encryption, and lines within bounds."""

"""The protocol: every message in either direction as a typed struct, and what is rendered from the structs."""

"""The commands about the start of an evening: ready checks and polls."""

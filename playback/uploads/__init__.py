"""Uploads: members who control a room bring a file, in pieces that can be resumed (tus 1.0)."""

"""Evenings: what a room played in one go, without its pauses. Pure."""

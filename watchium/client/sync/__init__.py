"""Decides what a native player has to do to follow a room: the rules of `static/js/core/sync/`, in Python. Pure."""

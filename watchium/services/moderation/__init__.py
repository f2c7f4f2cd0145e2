"""Moderation over several apps: rooms knows members, chat knows comments."""

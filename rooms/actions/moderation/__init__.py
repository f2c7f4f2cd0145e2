"""Moderation: acts about members and the chat, each one row of the log that can be undone."""

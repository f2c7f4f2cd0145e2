"""Sessions in the database, asked for only by keys that can be one."""

from __future__ import annotations

from django.contrib.sessions.backends.db import SessionStore as DatabaseStore


class SessionStore(DatabaseStore):
    def _validate_session_key(self, key: str | None) -> bool:
        """A cookie may carry anything, such as a NUL, which PostgreSQL does not take: that is no session."""
        fits = key is None or (key.isascii() and key.isalnum() and len(key) <= 40)
        return fits and bool(super()._validate_session_key(key))  # type: ignore[misc]

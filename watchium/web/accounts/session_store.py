"""Database sessions that reject malformed session keys without a query."""

from __future__ import annotations

from django.contrib.sessions.backends.db import SessionStore as DatabaseStore


class SessionStore(DatabaseStore):
    def _validate_session_key(self, key: str | None) -> bool:
        """Reject keys that no session has: a cookie may contain a NUL, which PostgreSQL does not accept."""
        well_formed = key is None or (key.isascii() and key.isalnum() and len(key) <= 40)
        return well_formed and bool(super()._validate_session_key(key))  # type: ignore[misc]

"""The Content-Security-Policy header."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from csp.constants import NONCE, NONE, SELF

# Added on a room's page: hls.js fetches the lists and segments of a stream from the host that a member entered.
ROOM_PAGE: dict[str, Any] = {"connect-src": ["https:", "http:"]}


def content_security_policy(url: str) -> dict[str, Any]:
    """CONTENT_SECURITY_POLICY for django-csp; `url` is WATCHIUM_URL or empty."""
    public = urlsplit(url)
    # 'self' covers WebSockets, but not in every browser.
    sockets = f"{'wss' if public.scheme == 'https' else 'ws'}://{public.netloc}" if url else "ws:"
    return {
        "DIRECTIVES": {
            "default-src": [SELF],
            "script-src": [SELF, NONCE],
            "style-src": [SELF, NONCE],
            "img-src": [SELF, "data:", "blob:"],
            # Members may play media from any host; nothing else comes from other hosts, except streams (ROOM_PAGE).
            "media-src": [SELF, "http:", "https:", "blob:"],
            "connect-src": [SELF, sockets],
            "worker-src": [SELF],
            "object-src": [NONE],
            "base-uri": [NONE],
            "form-action": [SELF],
            "frame-ancestors": [NONE],
        },
    }

"""The Content-Security-Policy header."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from urllib.parse import urlsplit

from csp.constants import NONCE, NONE, SELF, WASM_UNSAFE_EVAL

# Added on a room's page: hls.js fetches the lists and segments of a stream from the host that a member entered, and
# the WebAssembly that draws styled captions is compiled, which a policy without this word refuses.
ROOM_PAGE: dict[str, Any] = {"connect-src": ["https:", "http:"], "script-src": [WASM_UNSAFE_EVAL]}
# Where the players of other sites come from; WATCHIUM_EMBEDS names those that rooms may show.
EMBED_ORIGINS = {
    "youtube": "https://www.youtube-nocookie.com",
    "vimeo": "https://player.vimeo.com",
    "twitch": "https://player.twitch.tv",
}


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


def room_page_policy(embeds: Collection[str]) -> dict[str, Any]:
    """What a room's page may load that other pages may not."""
    frames = [EMBED_ORIGINS[name] for name in sorted(embeds)]
    return {**ROOM_PAGE, "frame-src": frames} if frames else ROOM_PAGE

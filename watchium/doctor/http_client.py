"""HTTP requests to the public address, through any reverse proxy, as a browser sends them."""

from __future__ import annotations

import http.client
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings

from watchium.config.listen_address import local_url

TIMEOUT_S = 4.0
MAX_BODY_BYTES = 500_000


@dataclass(frozen=True)
class Response:
    status: int
    headers: http.client.HTTPMessage
    body: str


def base_url() -> str:
    return settings.WATCHIUM_URL or local_url(settings.HOST, settings.PORT)


def request(path: str, *, method: str = "GET", headers: Mapping[str, str] | None = None) -> Response:
    """Send one request without following redirects.

    Raises:
        OSError: the connection or TLS failed (ssl.SSLError is one).
        http.client.HTTPException: the response is not HTTP.
    """
    url = urlsplit(base_url())
    connection_type = http.client.HTTPSConnection if url.scheme == "https" else http.client.HTTPConnection
    connection = connection_type(url.hostname or "", url.port, timeout=TIMEOUT_S)
    try:
        connection.request(method, path, headers=dict(headers or {}))
        response = connection.getresponse()
        body = response.read(MAX_BODY_BYTES).decode(errors="replace")
        return Response(response.status, response.headers, body)
    finally:
        connection.close()

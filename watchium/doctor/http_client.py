"""Requests as a browser sends them, to the address that people use and through whatever stands in front."""

from __future__ import annotations

import http.client
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings

from watchium.config.listen_address import local_url

BOUND_S = 4.0
LARGEST = 500_000


@dataclass(frozen=True)
class Answer:
    status: int
    headers: http.client.HTTPMessage
    body: str


def base_url() -> str:
    return settings.WATCHIUM_URL or local_url(settings.HOST, settings.PORT)


def ask(path: str, *, method: str = "GET", headers: Mapping[str, str] | None = None) -> Answer:
    """One request, no redirect followed. Raises OSError (also ssl.SSLError), http.client.HTTPException."""
    url = urlsplit(base_url())
    kind = http.client.HTTPSConnection if url.scheme == "https" else http.client.HTTPConnection
    line = kind(url.hostname or "", url.port, timeout=BOUND_S)
    try:
        line.request(method, path, headers=dict(headers or {}))
        response = line.getresponse()
        return Answer(response.status, response.headers, response.read(LARGEST).decode(errors="replace"))
    finally:
        line.close()

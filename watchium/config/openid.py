"""The OpenID Connect provider whose accounts may sign in here."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

from watchium.config.host_names import is_loopback


@dataclass(frozen=True)
class Provider:
    """`name` is on the button: "Sign in with ..."."""

    issuer: str
    client_id: str
    client_secret: str
    name: str


def provider(issuer: str, client_id: str, client_secret: str, name: str) -> Provider | None:
    """Return the provider, or None without WATCHIUM_OPENID_ISSUER. No error shows the secret."""
    if not issuer:
        return None
    try:
        parts = urlsplit(issuer)
        host = parts.hostname or ""
    except ValueError:
        host, parts = "", urlsplit("")
    secure = parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host))
    if not host or not secure or parts.query or parts.fragment or parts.username:
        raise ImproperlyConfigured(
            f"WATCHIUM_OPENID_ISSUER is {issuer!r}; it should look like https://id.example.org/realms/home"
        )
    if not client_id or not client_secret:
        raise ImproperlyConfigured(
            "WATCHIUM_OPENID_ISSUER needs WATCHIUM_OPENID_CLIENT_ID and WATCHIUM_OPENID_CLIENT_SECRET"
        )
    return Provider(issuer, client_id, client_secret, name or host)

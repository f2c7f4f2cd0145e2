"""Parse and validate values of environment variables; each error names the variable."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from watchium.config.host_names import canonical, check_host, is_loopback
from watchium.config.listen_address import syncplay_address
from watchium.config.security_policy import EMBED_ORIGINS


def parse(name: str, value: str, parser: Callable[[str], str]) -> str:
    """Return `parser(value)`; turn its ValueError into ImproperlyConfigured with the variable's name."""
    try:
        return parser(value)
    except ValueError as error:
        raise ImproperlyConfigured(f"{name}: {error}") from None


def host_names(name: str, value: str) -> list[str]:
    """Parse host names that are separated by commas or spaces."""
    return [parse(name, word, _host_name) for word in value.replace(",", " ").split()]


def networks(name: str, value: str) -> list[IPv4Network | IPv6Network]:
    """Parse addresses and networks such as 10.0.0.0/8 that are separated by commas or spaces."""
    try:
        return [ip_network(word) for word in value.replace(",", " ").split()]
    except ValueError as error:
        raise ImproperlyConfigured(f"{name}: {error}") from None


def _host_name(value: str) -> str:
    host = canonical(value)
    check_host(host)
    return host


def check_links(url: str, host: str, **variables: str) -> None:
    """Refuse variables whose links leave the server without WATCHIUM_URL: a request's Host would choose the address."""
    used = [name for name, value in variables.items() if value]
    if used and not url and not is_loopback(host):
        raise ImproperlyConfigured(f"{used[0]} needs WATCHIUM_URL, the address that people open")


def proxy_count(value: str) -> int:
    """How many reverse proxies append to X-Forwarded-For: a number, or yes or no for one or none."""
    word = value.strip().lower()
    words = {"true": 1, "yes": 1, "on": 1, "false": 0, "no": 0, "off": 0}
    if word not in words and not word.isdecimal():
        raise ImproperlyConfigured(f"WATCHIUM_BEHIND_PROXY is {value!r}; it should be the number of proxies")
    return words[word] if word in words else int(word)


def redis_url(value: str) -> str:
    url = value.strip()
    if url and not url.startswith(("redis://", "rediss://", "unix://")):
        raise ImproperlyConfigured("REDIS_URL should look like redis://host:6379/0")
    return url


def syncplay(value: str, host: str) -> tuple[str, int] | None:
    try:
        return syncplay_address(value, host)
    except ValueError as error:
        raise ImproperlyConfigured(f"WATCHIUM_SYNCPLAY: {error}") from None


def certificate(chain: str, key: str) -> tuple[Path, Path] | None:
    """The files of a certificate and of its key, which may be one file; None if there is none."""
    if key.strip() and not chain.strip():
        raise ImproperlyConfigured("WATCHIUM_SYNCPLAY_KEY needs WATCHIUM_SYNCPLAY_CERTIFICATE")
    if not chain.strip():
        return None
    return Path(chain.strip()), Path(key.strip() or chain.strip())


def accel_prefix(value: str) -> str:
    """URL prefix of the library in a proxy that serves files by X-Accel-Redirect; empty for none."""
    prefix = value.strip()
    well_formed = prefix.isascii() and prefix.startswith("/") and prefix.endswith("/") and len(prefix) > 2
    if prefix and not well_formed:
        raise ImproperlyConfigured(f"WATCHIUM_ACCEL is {prefix!r}; it should look like /protected-media/")
    return prefix


def log_style(value: str) -> str:
    style = value.strip().lower()
    if style not in ("plain", "json"):
        raise ImproperlyConfigured(f"WATCHIUM_LOG is {style!r}; it should be plain or json")
    return style


def embeds(value: str) -> frozenset[str]:
    """The players of other sites that rooms may show; an empty value means none."""
    names = frozenset(value.replace(",", " ").lower().split())
    if unknown := names - EMBED_ORIGINS.keys():
        known = ", ".join(sorted(EMBED_ORIGINS))
        raise ImproperlyConfigured(f"WATCHIUM_EMBEDS has {sorted(unknown)[0]!r}; it may have: {known}")
    return names

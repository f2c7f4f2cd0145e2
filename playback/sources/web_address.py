"""Parse and check the http(s) address that a user typed or pasted."""

from __future__ import annotations

import re
import unicodedata
from pathlib import PurePosixPath
from urllib.parse import SplitResult, unquote, urlsplit

from watchium.protocol.errors import UnknownMedia
from watchium.text import piles_up_marks

_DOTS = re.compile(r"[.\u3002\uff0e\uff61]")  # browsers treat all of them as a dot
_IPV6 = re.compile(r"[0-9a-f:.]{2,45}", re.IGNORECASE)
_INVALID_IN_HOST = re.compile(r"[\s!-,/:-@\[-^`{-~]")  # all ASCII except letters, digits, `-`, `.` and `_`


def check_text(address: str) -> str:
    """Return the address without blanks around it. Raises UnknownMedia if it cannot be read as text."""
    address = address.strip()
    if not address or any(unicodedata.category(character).startswith("C") for character in address):
        raise UnknownMedia("This address cannot be read: copy it again.")
    if piles_up_marks(address):  # urlsplit would normalise its host in quadratic time
        raise UnknownMedia("This address cannot be read: copy it again.")
    return address


def parse(address: str) -> SplitResult:
    """Split an http(s) address. Raises UnknownMedia for any other text."""
    try:
        parts = urlsplit(address)
        parts.port  # noqa: B018  # raises for an invalid port
    except ValueError:
        raise UnknownMedia("This is not an address.") from None
    if not parts.scheme:
        raise UnknownMedia("This is not an address.")
    if parts.scheme not in ("http", "https"):
        raise UnknownMedia("Only http and https addresses can be played.")
    if not _is_host(parts.hostname or "") or "\\" in address:
        raise UnknownMedia("This is not an address.")
    if parts.username is not None or parts.password is not None:
        raise UnknownMedia("An address with a user name in it would show it to everyone: leave that out.")
    return parts


def _is_host(host: str) -> bool:
    """Whether browsers can resolve this host: an IP address, or a name in any script."""
    if ":" in host:
        return bool(_IPV6.fullmatch(host))
    labels = _DOTS.split(host)
    labels = labels[:-1] if labels[-1] == "" else labels
    return bool(labels) and all(labels) and not _INVALID_IN_HOST.search(host)


def host_of(parts: SplitResult) -> str:
    """Return the host's name as browsers resolve it: in lower case, with plain dots and no dot at its end."""
    return _DOTS.sub(".", parts.hostname or "").rstrip(".")


def is_at(host: str, site: str) -> bool:
    """Whether a host is this site or one of its subdomains."""
    return host == site or host.endswith("." + site)


def extension(parts: SplitResult) -> str:
    """Return the extension of the path in lower case without its dot, or an empty string."""
    return PurePosixPath(unquote(parts.path)).suffix.lstrip(".").lower()


def file_stem(parts: SplitResult) -> str:
    """Return the last part of the path without its extension."""
    return PurePosixPath(unquote(parts.path)).stem

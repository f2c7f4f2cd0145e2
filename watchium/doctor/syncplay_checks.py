"""Checks of the port on which Syncplay's clients join rooms."""

from __future__ import annotations

import json
import socket
import ssl
import time
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from rooms.auth.client_address import is_within
from watchium.config.host_names import is_loopback, parsed_ip
from watchium.config.listen_address import address_text
from watchium.doctor.check import Result, fail, first_line, ok, warn
from watchium.syncplay.transport import certificate, proxy_header

TIMEOUT_S = 2.0
QUESTION = b'{"TLS": {"startTLS": "send"}}\r\n'
FEW_DAYS = 14  # Let's Encrypt's certificates are renewed 30 days before their end


class _OtherProgram(Exception):
    """What listens there does not answer as Watchium does."""


class _NotEncrypted(Exception):
    """The server says that it cannot encrypt."""


def syncplay() -> Result:
    if settings.SYNCPLAY is None:
        return ok("off")
    host, port = settings.SYNCPLAY
    where = address_text(host, port)
    try:
        days = _connect(host, port)
    except _OtherProgram:
        return fail(f"another program listens on {where}", "Set WATCHIUM_SYNCPLAY to another port.")
    except _NotEncrypted:
        return _clear_text(host, where)
    except ssl.SSLCertVerificationError as error:
        return fail(
            f"{where}: clients refuse the certificate and do not come back: {error.verify_message}",
            "Use one of a public authority for the name of WATCHIUM_URL, with its chain, or none at all.",
        )
    except OSError as error:
        return fail(f"{where}: {first_line(error)}", "Start the server: manage.py serve")
    if days < FEW_DAYS:
        return warn(
            f"{where} is encrypted; its certificate ends in {days:.0f} days",
            "Renew the files of WATCHIUM_SYNCPLAY_CERTIFICATE and WATCHIUM_SYNCPLAY_KEY. No restart is needed.",
        )
    if settings.SYNCPLAY_CLEARTEXT:
        return warn(
            f"{where} is encrypted, but takes passwords of clients that are not, from all addresses",
            "Unset WATCHIUM_SYNCPLAY_CLEARTEXT.",
        )
    return ok(f"{where}, encrypted; the certificate ends in {days:.0f} days")


def _clear_text(host: str, where: str) -> Result:
    if settings.SYNCPLAY_CERTIFICATE is not None:
        return _unused_certificate(where, *settings.SYNCPLAY_CERTIFICATE)
    if is_loopback(host):
        return ok(where)
    if settings.SYNCPLAY_CLEARTEXT:
        return warn(
            f"{where} is not encrypted and takes passwords from all addresses, so they can be read on the way",
            "Unset WATCHIUM_SYNCPLAY_CLEARTEXT: passwords are then taken from private networks only.",
        )
    return warn(
        f"{where} is not encrypted, so passphrases and chat can be read on the way",
        "Set WATCHIUM_SYNCPLAY_CERTIFICATE, or let it listen on a private network: WATCHIUM_SYNCPLAY=address:port.",
    )


def _unused_certificate(where: str, *files: Any) -> Result:
    try:
        certificate.load(*files)
    except OSError as error:
        return fail(
            f"{where} is not encrypted: {', '.join(map(str, files))}: {certificate.problem(error)}",
            "Let the server's user read the certificate and its key; no restart is needed.",
        )
    return fail(f"{where} is not encrypted, although its certificate can be used", "Restart the server.")


def _connect(host: str, port: int) -> float:
    """Connect and encrypt as a client does; return for how many days the certificate holds.

    Raises OSError if nothing listens or the certificate is refused, _OtherProgram, and _NotEncrypted.
    """
    name = urlsplit(settings.WATCHIUM_URL).hostname
    context = ssl.create_default_context()
    context.check_hostname = name is not None
    with socket.create_connection((_reachable(host), port), TIMEOUT_S) as connection:
        connection.settimeout(TIMEOUT_S)
        if is_within(connection.getsockname()[0], settings.SYNCPLAY_PROXIES):
            connection.sendall(proxy_header.UNKNOWN)
        if not _may_encrypt(connection):
            raise _NotEncrypted
        with context.wrap_socket(connection, server_hostname=name) as encrypted:
            found = encrypted.getpeercert()
    ends_s = ssl.cert_time_to_seconds(str(found["notAfter"])) if found else 0.0
    return max(0.0, ends_s - time.time()) / 86400


def _may_encrypt(connection: socket.socket) -> bool:
    try:
        connection.sendall(QUESTION)
        answer = json.loads(connection.recv(200))["TLS"]["startTLS"]
    except (TimeoutError, ConnectionError, ValueError, KeyError, TypeError):
        raise _OtherProgram from None
    return bool(answer == "true")


def _reachable(host: str) -> str:
    known = parsed_ip(host)
    if known is not None and known.is_unspecified:
        return "::1" if known.version == 6 else "127.0.0.1"
    return host

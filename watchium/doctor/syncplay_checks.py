"""Checks of the port on which Syncplay's clients join rooms."""

from __future__ import annotations

import socket

from django.conf import settings

from watchium.config.host_names import is_loopback, parsed_ip
from watchium.config.listen_address import address_text
from watchium.doctor.check import Result, fail, first_line, ok, warn

TIMEOUT_S = 2.0
QUESTION, ANSWER = b'{"TLS": {"startTLS": "send"}}\r\n', b'{"TLS":'


def syncplay() -> Result:
    if settings.SYNCPLAY is None:
        return ok("off")
    host, port = settings.SYNCPLAY
    where = address_text(host, port)
    try:
        answers = _answers(host, port)
    except OSError as error:
        return fail(f"{where}: {first_line(error)}", "Start the server: manage.py serve")
    if not answers:
        return fail(f"another program listens on {where}", "Set WATCHIUM_SYNCPLAY to another port.")
    if not is_loopback(host) and settings.SYNCPLAY_CLEARTEXT:
        return warn(
            f"{where} is not encrypted and takes passwords from all addresses, so they can be read on the way",
            "Unset WATCHIUM_SYNCPLAY_CLEARTEXT: passwords are then taken from private networks only.",
        )
    if not is_loopback(host):
        return warn(
            f"{where} is not encrypted, so passphrases and chat can be read on the way",
            "Let it listen on a private network only: WATCHIUM_SYNCPLAY=address:port.",
        )
    return ok(where)


def _answers(host: str, port: int) -> bool:
    """Whether Watchium answers there. Raises OSError if nothing listens."""
    known = parsed_ip(host)
    if known is not None and known.is_unspecified:
        host = "::1" if known.version == 6 else "127.0.0.1"
    with socket.create_connection((host, port), TIMEOUT_S) as connection:
        connection.settimeout(TIMEOUT_S)
        try:
            connection.sendall(QUESTION)
            return connection.recv(200).startswith(ANSWER)
        except TimeoutError:
            return False

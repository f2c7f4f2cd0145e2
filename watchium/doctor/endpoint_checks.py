"""Checks of the public address as a browser uses it: HTTP through any proxy, then a WebSocket."""

from __future__ import annotations

import http.client
import json
import ssl
import time
from collections.abc import Callable

from django.conf import settings
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus
from websockets.sync.client import connect
from websockets.typing import Origin

from watchium.doctor import page_checks
from watchium.doctor.check import Result, fail, first_line, ok
from watchium.doctor.http_client import TIMEOUT_S, base_url, request

SOCKET = "/ws/lobby/"
UPGRADE = "Let the proxy forward Upgrade and Connection for /ws/ (see deploy/proxy and docs/operations.md)."


def server() -> Result:
    """Check that the address answers and that Watchium is behind it."""
    return _with_connection_errors(_readiness)


def page() -> Result:
    return _with_connection_errors(page_checks.page)


def static_file() -> Result:
    return _with_connection_errors(page_checks.static_file)


def api() -> Result:
    return _with_connection_errors(page_checks.api)


def form() -> Result:
    return _with_connection_errors(page_checks.form)


def _with_connection_errors(check: Callable[[], Result]) -> Result:
    """Return the check's result, or a result that says why its requests did not arrive."""
    try:
        return check()
    except ssl.SSLError as error:
        return fail(
            f"{base_url()}: {first_line(error)}",
            "Renew the proxy's certificate, or use one that covers this host name.",
        )
    except (OSError, http.client.HTTPException) as error:
        return _unreachable(first_line(error))


def _unreachable(reason: str) -> Result:
    if settings.WATCHIUM_URL:
        return fail(
            f"{base_url()}: {reason}",
            "Start the server (manage.py serve) and the proxy; check DNS and the firewall.",
        )
    return Result(
        "warn",
        f"nothing answers at {base_url()} ({reason}): page, API, form and socket are not checked",
        "Start the server, or run doctor with the same HOST and PORT as the server.",
        skips_dependents=True,
    )


def _readiness() -> Result:
    response = request("/healthz/ready")
    return _evaluate_readiness(response.status, response.body[:1000])


def _evaluate_readiness(status: int, body: str) -> Result:
    if status == 200 and "database" in body:
        return ok(f"{base_url()} is ready")
    if status == 503 and "database" in body:
        return fail(
            f"{base_url()} answers but is not ready: {body}", "See the checks above for what it names."
        )
    if status in (502, 504):
        return fail(
            f"the proxy answers {status}: it does not reach the server",
            "Start manage.py serve at the address that the proxy forwards to.",
        )
    return fail(
        f"{base_url()}/healthz/ready answers {status}",
        "Let the proxy forward all paths to Watchium, with the Host header.",
    )


def socket() -> Result:
    """Open a lobby socket with this site's Origin and expect its first message."""
    address = base_url().replace("http", "ws", 1) + SOCKET
    try:
        began_s = time.perf_counter()
        with connect(
            address, origin=Origin(base_url()), open_timeout=TIMEOUT_S, close_timeout=1, proxy=None
        ) as connection:
            message = json.loads(connection.recv(timeout=TIMEOUT_S))
            took_ms = (time.perf_counter() - began_s) * 1000
            if message.get("type") != "lobby":
                return _rejected(message)
            return ok(f"{address} answers in {took_ms:.0f} ms")
    except InvalidStatus as error:
        return fail(f"{address} answers {error.response.status_code} instead of a WebSocket upgrade", UPGRADE)
    except ConnectionClosed as error:
        return fail(f"{address} was closed: {error}", "Check the server's log.")
    except TimeoutError:
        return fail(f"{address} sends nothing within {TIMEOUT_S:g} s", UPGRADE + " Do not buffer /ws/.")
    except InvalidHandshake as error:
        return fail(f"{address}: {first_line(error)}", UPGRADE)
    except OSError as error:
        return _unreachable(first_line(error))


def _rejected(message: dict[str, object]) -> Result:
    payload = message.get("payload")
    reason = payload.get("message", "") if isinstance(payload, dict) else ""
    return fail(
        f"rejected: {reason or message.get('type')}",
        "The server expects pages from another address: start it with this WATCHIUM_URL, "
        "and let the proxy forward Host.",
    )

"""The way that browsers take: the page's address, through whatever stands in front, into a socket."""

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
from watchium.doctor.check import Finding, fail, first_line, ok
from watchium.doctor.http_client import BOUND_S, ask, base_url

SOCKET = "/ws/lobby/"
UPGRADE = "Let the proxy pass Upgrade and Connection for /ws/ (see deploy/ and docs/operations.md)."


def server() -> Finding:
    """Whether the address answers, and that it is Watchium."""
    return _asked(lambda: _judged(*_ready()))


def page() -> Finding:
    return _asked(page_checks.page)


def static_file() -> Finding:
    return _asked(page_checks.static_file)


def api() -> Finding:
    return _asked(page_checks.api)


def form() -> Finding:
    return _asked(page_checks.form)


def _ready() -> tuple[int, str]:
    answer = ask("/healthz/ready")
    return answer.status, answer.body[:1000]


def _asked(check: Callable[[], Finding]) -> Finding:
    """The check's finding, or what keeps its requests from arriving."""
    try:
        return check()
    except ssl.SSLError as error:
        return fail(
            f"{base_url()}: {first_line(error)}", "Renew the proxy's certificate, or name the host it is for."
        )
    except (OSError, http.client.HTTPException) as error:
        return _nobody(first_line(error))


def _nobody(says: str) -> Finding:
    if settings.WATCHIUM_URL:
        return fail(
            f"{base_url()}: {says}",
            "Start the server (manage.py serve) and the proxy; check the name and the firewall.",
        )
    return Finding(
        "warn",
        f"nothing answers at {base_url()} ({says}): no page, API, form or socket is asked for",
        "Start the server, or run doctor with the same HOST and PORT as the server.",
        skips_rest=True,
    )


def _judged(status: int, body: str) -> Finding:
    if status == 200 and "database" in body:
        return ok(f"{base_url()} is ready")
    if status == 503 and "database" in body:
        return fail(f"{base_url()} answers, and is not ready: {body}", "Look at what it names above.")
    if status in (502, 504):
        return fail(
            f"the proxy answers {status}: it does not reach the server",
            "Start manage.py serve where the proxy looks for it.",
        )
    return fail(
        f"{base_url()}/healthz/ready answers {status}",
        "Let the proxy pass everything to Watchium, with its Host header.",
    )


def socket() -> Finding:
    """A lobby socket with the Origin that a page of ours has, greeted and answering a ping."""
    address = base_url().replace("http", "ws", 1) + SOCKET
    try:
        began_s = time.perf_counter()
        with connect(
            address, origin=Origin(base_url()), open_timeout=BOUND_S, close_timeout=1, proxy=None
        ) as line:
            said = json.loads(line.recv(timeout=BOUND_S))
            took_ms = (time.perf_counter() - began_s) * 1000
            if said.get("type") != "lobby":
                return _turned_away(said)
            return ok(f"{address} greets in {took_ms:.0f} ms")
    except InvalidStatus as error:
        return fail(f"{address} answers {error.response.status_code} instead of a socket", UPGRADE)
    except ConnectionClosed as error:
        return fail(f"{address} was closed: {error}", "Look at the server's log.")
    except TimeoutError:
        return fail(f"{address} says nothing within {BOUND_S:g} s", UPGRADE + " Do not buffer /ws/.")
    except InvalidHandshake as error:
        return fail(f"{address}: {first_line(error)}", UPGRADE)
    except OSError as error:
        return _nobody(first_line(error))


def _turned_away(said: dict[str, object]) -> Finding:
    payload = said.get("payload")
    why = payload.get("message", "") if isinstance(payload, dict) else ""
    return fail(
        f"turned away: {why or said.get('type')}",
        "The server expects pages from elsewhere: start it with this WATCHIUM_URL, and let the proxy pass Host.",
    )

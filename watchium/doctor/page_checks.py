"""Checks of what a visitor needs besides a socket: a page, its static files, the API and a form post.

Health probes accept any host name, so only these requests show a proxy that forwards the wrong one.
"""

from __future__ import annotations

import json
import re
from http.cookies import SimpleCookie
from urllib.parse import urlsplit

from django.conf import settings

from watchium.doctor.check import Result, fail, ok, warn
from watchium.doctor.http_client import Response, base_url, request
from watchium.middleware.host_check import DOCTOR_HEADER, HOST_HEADER, doctor_token

PAGE = "/"
API = "/api/rooms/"
FORM = "/accounts/logout/"  # has no effect without a session
STATIC = re.compile(r'(?:href|src)="(/static/[^"]+)"')


def page() -> Result:
    """Open the lobby and check the host name that reaches the server."""
    response = request(PAGE, headers={DOCTOR_HEADER: doctor_token()})
    if response.status in (301, 302, 307, 308):
        return _redirected(response)
    if response.status == 400:
        return _wrong_host(response)
    if response.status != 200 or "data-lobby" not in response.body:
        return fail(
            f"{base_url()}/ answers {response.status} and does not show the lobby",
            "Check the server's log; let the proxy forward all paths to Watchium.",
        )
    if settings.HTTPS and "Strict-Transport-Security" not in response.headers:
        return warn(
            "the server takes https requests for unencrypted ones",
            "Let the proxy send X-Forwarded-Proto: https (nginx: proxy_set_header X-Forwarded-Proto $scheme;).",
        )
    return ok(f"{base_url()}/ opens")


def _redirected(response: Response) -> Result:
    target = response.headers.get("Location", "")
    return fail(
        f"{base_url()}/ redirects to {target:.200}",
        "Set WATCHIUM_URL to the address that visitors are redirected to: scheme, host and port.",
    )


def _wrong_host(response: Response) -> Result:
    seen, configured = response.headers.get(HOST_HEADER), urlsplit(base_url())
    if seen is None:
        return fail(
            f"{base_url()}/ answers 400",
            "Let the proxy forward the Host header (nginx: proxy_set_header Host $host;), "
            "and run doctor with the server's environment.",
        )
    if seen == (configured.hostname or ""):
        return fail(
            f"the server rejects the host name {seen}: it was started with another WATCHIUM_URL",
            f"Start it with WATCHIUM_URL={base_url()}.",
        )
    return fail(
        f"requests reach the server with the host name {seen}, but WATCHIUM_URL is {base_url()}",
        "Let the proxy forward the Host header (nginx: proxy_set_header Host $host;).",
    )


def static_file() -> Result:
    """Load the first static file that the lobby links to."""
    found = STATIC.search(request(PAGE).body)
    if found is None:
        return fail(f"{base_url()}/ links to no static file", "See the line for the page.")
    response = request(found[1])
    if response.status != 200:
        return fail(
            f"{found[1]} answers {response.status}",
            "Let the proxy forward /static/ too, and run: manage.py collectstatic --noinput",
        )
    return ok(f"{found[1]} loads")


def api() -> Result:
    response = request(API)
    try:
        rooms = json.loads(response.body)["rooms"]
    except (ValueError, KeyError, TypeError):
        return fail(
            f"{API} answers {response.status}, and not in Watchium's format",
            "Let the proxy forward /api/ to Watchium unchanged.",
        )
    return ok(f"{API} answers, public rooms: {len(rooms)}")


def form() -> Result:
    """Post a form as a page at WATCHIUM_URL does: its Origin header and its cookie have to reach the server."""
    cookies = SimpleCookie()
    for header in request(PAGE).headers.get_all("Set-Cookie") or []:
        cookies.load(header)
    token = next((morsel for name, morsel in cookies.items() if name.endswith("csrftoken")), None)
    if token is None:
        return fail(f"{base_url()}/ sets no cookie", "Let the proxy forward Set-Cookie and cache no pages.")
    response = request(
        FORM,
        method="POST",
        headers={
            "Origin": base_url(),
            "Referer": f"{base_url()}/",
            "Cookie": f"{token.key}={token.value}",
            "X-CSRFToken": token.value,
            "Content-Length": "0",
        },
    )
    if response.status == 403:
        return fail(
            f"forms on {base_url()} are rejected: the server expects another scheme, host or port",
            "Start it with this WATCHIUM_URL, and let the proxy forward Host, Origin and Cookie unchanged.",
        )
    if response.status >= 400:
        return fail(f"a form post is answered with {response.status}", "Check the server's log.")
    return ok("accepted")

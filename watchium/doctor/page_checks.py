"""What a visitor needs beside a socket: a page, its static files, the API, and a form that is taken.

Health probes answer to any name, so that a proxy which passes on a wrong one shows here and nowhere else.
"""

from __future__ import annotations

import json
import re
from http.cookies import SimpleCookie
from urllib.parse import urlsplit

from watchium.doctor.check import Finding, fail, ok, warn
from watchium.doctor.http_client import Answer, ask, base_url
from watchium.middleware.host_check import DOCTOR, HOST_SEEN, pass_for_doctor
from watchium.settings import HTTPS

PAGE = "/"
API = "/api/rooms/"
FORM = "/accounts/logout/"  # changes nothing without a sign-in
STATIC = re.compile(r'(?:href|src)="(/static/[^"]+)"')


def page() -> Finding:
    """The lobby, and with it the host name that arrives at the server."""
    answer = ask(PAGE, headers={DOCTOR: pass_for_doctor()})
    if answer.status in (301, 302, 307, 308):
        return _sent_elsewhere(answer)
    if answer.status == 400:
        return _wrong_host(answer)
    if answer.status != 200 or "data-lobby" not in answer.body:
        return fail(
            f"{base_url()}/ answers {answer.status}, and not with the lobby",
            "Look at the server's log; let the proxy pass everything to Watchium.",
        )
    if HTTPS and "Strict-Transport-Security" not in answer.headers:
        return warn(
            "the server takes requests by https for unencrypted ones",
            "Let the proxy send X-Forwarded-Proto: https (nginx: proxy_set_header X-Forwarded-Proto $scheme;).",
        )
    return ok(f"{base_url()}/ opens")


def _sent_elsewhere(answer: Answer) -> Finding:
    place = answer.headers.get("Location", "")
    return fail(
        f"{base_url()}/ sends visitors on to {place:.200}",
        "Set WATCHIUM_URL to the address that people end up at: scheme, host and port.",
    )


def _wrong_host(answer: Answer) -> Finding:
    seen, ours = answer.headers.get(HOST_SEEN), urlsplit(base_url())
    if seen is None:
        return fail(
            f"{base_url()}/ answers 400",
            "Let the proxy pass the Host header (nginx: proxy_set_header Host $host;), "
            "and run doctor with the server's environment.",
        )
    if seen == (ours.hostname or ""):
        return fail(
            f"pages are asked for under the name {seen}, and the server was started with another WATCHIUM_URL",
            f"Start it with WATCHIUM_URL={base_url()}.",
        )
    return fail(
        f"pages are asked for under the name {seen}, and WATCHIUM_URL says {base_url()}",
        "Let the proxy pass the name on (nginx: proxy_set_header Host $host;).",
    )


def static_file() -> Finding:
    """The first one that the lobby names, as a browser loads it."""
    found = STATIC.search(ask(PAGE).body)
    if found is None:
        return fail(f"{base_url()}/ names no static file", "See the line about the page.")
    answer = ask(found[1])
    if answer.status != 200:
        return fail(
            f"{found[1]} answers {answer.status}",
            "Let the proxy pass /static/ too, and run: manage.py collectstatic --noinput",
        )
    return ok(f"{found[1]} loads")


def api() -> Finding:
    answer = ask(API)
    try:
        rooms = json.loads(answer.body)["rooms"]
    except (ValueError, KeyError, TypeError):
        return fail(
            f"{API} answers {answer.status}, and not as Watchium does",
            "Let the proxy pass /api/ to Watchium unchanged.",
        )
    return ok(f"{API} answers, {len(rooms)} public rooms")


def form() -> Finding:
    """Whether a form of a page at WATCHIUM_URL is taken: its origin and its cookie have to arrive."""
    cookies = SimpleCookie()
    for line in ask(PAGE).headers.get_all("Set-Cookie") or []:
        cookies.load(line)
    token = next((morsel for name, morsel in cookies.items() if name.endswith("csrftoken")), None)
    if token is None:
        return fail(
            f"{base_url()}/ sets no cookie", "Let the proxy pass Set-Cookie, and keep no page in a cache."
        )
    answer = ask(
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
    if answer.status == 403:
        return fail(
            f"forms of pages at {base_url()} are refused: the server expects another scheme, host or port",
            "Start it with this WATCHIUM_URL, and let the proxy pass Host, Origin and Cookie unchanged.",
        )
    if answer.status >= 400:
        return fail(f"a form is answered with {answer.status}", "Look at the server's log.")
    return ok("taken")

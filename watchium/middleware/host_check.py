"""Answers a request that names another host than ours with a page that says what to do about it.

Mostly that is a proxy which passes on its own name for the server behind it, or a name on the local network which
the server was not given. The operator finds a line in the log, once an hour for each name, and `doctor` asks as well.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Awaitable, Callable
from typing import Any

from asgiref.sync import iscoroutinefunction
from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.http.request import split_domain_port
from django.shortcuts import render
from django.utils.decorators import sync_and_async_middleware
from django.utils.translation import gettext as _

from watchium.config.host_names import check_host, is_accepted, is_loopback, parsed_ip
from watchium.protocol.errors import BadMessage
from watchium.telemetry.log_rate_limit import OncePerPeriod
from watchium.web.api_errors import error_response

logger = logging.getLogger(__name__)

LOGGED_EVERY_S = 3600.0
NAMES_LOGGED = 20
# Strangers do not learn what the proxy calls the server; `doctor` proves that it may.
DOCTOR, HOST_SEEN, PASS_S = "X-Watchium-Doctor", "X-Watchium-Host", 60
logged = OncePerPeriod(LOGGED_EVERY_S, NAMES_LOGGED)


class WrongHost(BadMessage):
    """The server does not have the name that the request came by."""


@sync_and_async_middleware
def host_check(get_response: Callable[[HttpRequest], Any]) -> Callable[[HttpRequest], Any]:
    if iscoroutinefunction(get_response):

        async def awaited(request: HttpRequest) -> HttpResponse:
            if not is_ours(request):
                return refuse(request)
            answered: Awaitable[HttpResponse] = get_response(request)
            return await answered

        return awaited

    def called(request: HttpRequest) -> HttpResponse:
        return get_response(request) if is_ours(request) else refuse(request)

    return called


def is_ours(request: HttpRequest) -> bool:
    host, url = host_of(request), settings.WATCHIUM_URL
    if host in settings.ALLOWED_HOSTS:  # tests add one; `*` is no host
        return True
    return is_accepted(host, url=url, bound_to=settings.HOST, extra=settings.EXTRA_HOSTS)


def host_of(request: HttpRequest) -> str:
    """As the request has it, without the port; empty for what is no host."""
    said = request.META.get("HTTP_HOST") or request.META.get("SERVER_NAME", "")
    return str(split_domain_port(said)[0])


def refuse(request: HttpRequest) -> HttpResponse:
    host = host_of(request)
    if logged.passes(host, time.monotonic()):
        logger.warning("pages are asked for under the name %.100r, %s", host, for_operator())
    if request.path.startswith("/api/"):
        return error_response(WrongHost(for_people(host)))
    response = render(request, "400_host.html", {"text": for_people(host)}, status=400)
    if _is_doctor(request):
        response[HOST_SEEN] = host[:200]
    return response


def pass_for_doctor() -> str:
    """Proves that the sender knows the server's key, for a minute."""
    return signing.TimestampSigner(salt=DOCTOR).sign("doctor")


def _is_doctor(request: HttpRequest) -> bool:
    try:
        signing.TimestampSigner(salt=DOCTOR).unsign(request.headers.get(DOCTOR, ""), max_age=PASS_S)
    except signing.BadSignature:
        return False
    return True


def for_operator() -> str:
    if settings.WATCHIUM_URL:
        remedy = "let the proxy pass it on (nginx: proxy_set_header Host $host;)"
        return f"WATCHIUM_URL says {settings.WATCHIUM_URL}: {remedy}"
    if is_loopback(settings.HOST):
        return (
            "and HOST is this machine alone: set HOST=0.0.0.0, or WATCHIUM_URL to the address that people use"
        )
    return "which this machine does not have: add it to WATCHIUM_HOSTS, or set WATCHIUM_URL to the address people use"


def for_people(host: str) -> str:
    """What is wrong and what helps; behind a proxy no name of what stands there."""
    if settings.WATCHIUM_URL:
        return _(
            "The request came in under a name that is not this server's. If you opened the right address, the proxy in "
            "front of the server does not pass it on: nginx needs “proxy_set_header Host $host;”. As its "
            "operator, run “manage.py doctor”: it names both."
        )
    if is_loopback(settings.HOST):
        return _(
            "This server is set up for the machine it runs on. To let others in, start it with HOST=0.0.0.0, or set "
            "WATCHIUM_URL to the address that people use."
        )
    if not _is_name(host):
        return _(
            "The name in this address is not one that a server can have. Open the server by its IP address."
        )
    return _(
        "This server does not know the name “%(host)s”. Open it by its IP address; or start it with "
        "WATCHIUM_HOSTS=%(host)s, or with WATCHIUM_URL set to the address that people use."
    ) % {"host": host}


def _is_name(host: str) -> bool:
    try:
        check_host(host)
    except ValueError:
        return False
    return parsed_ip(host) is None

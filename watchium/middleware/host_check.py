"""Rejects a request for an unknown host name with a page that explains the remedy.

Usually a proxy sends its own name for the server behind it, or the server's name on the local network is not
configured. The operator finds a line in the log, once an hour for each name, and `doctor` checks it as well.
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
from watchium.process_state import per_process
from watchium.protocol.errors import BadMessage
from watchium.telemetry.log_rate_limit import OncePerPeriod
from watchium.web.api_errors import error_response

logger = logging.getLogger(__name__)

LOG_PERIOD_S = 3600.0
MAX_LOGGED_NAMES = 20
# The proxy's name for the server is shown to `doctor` only, which proves itself with a signed token.
DOCTOR_HEADER, HOST_HEADER, TOKEN_S = "X-Watchium-Doctor", "X-Watchium-Host", 60


@per_process
def logged() -> OncePerPeriod:
    return OncePerPeriod(LOG_PERIOD_S, MAX_LOGGED_NAMES)


class WrongHost(BadMessage):
    """The request is for a host name that the server does not have."""


@sync_and_async_middleware
def host_check(get_response: Callable[[HttpRequest], Any]) -> Callable[[HttpRequest], Any]:
    if iscoroutinefunction(get_response):

        async def awaited(request: HttpRequest) -> HttpResponse:
            if not is_own_host(request):
                return reject(request)
            response: Awaitable[HttpResponse] = get_response(request)
            return await response

        return awaited

    def called(request: HttpRequest) -> HttpResponse:
        return get_response(request) if is_own_host(request) else reject(request)

    return called


def is_own_host(request: HttpRequest) -> bool:
    host, url = host_of(request), settings.WATCHIUM_URL
    if host in settings.ALLOWED_HOSTS:  # tests add one; `*` is not a host
        return True
    return is_accepted(host, url=url, bound_to=settings.HOST, extra=settings.EXTRA_HOSTS)


def host_of(request: HttpRequest) -> str:
    """The Host header without the port; empty if it is not a host."""
    header = request.META.get("HTTP_HOST") or request.META.get("SERVER_NAME", "")
    return str(split_domain_port(header)[0])


def reject(request: HttpRequest) -> HttpResponse:
    host = host_of(request)
    if logged().passes(host, time.monotonic()):
        logger.warning("request for the unknown host %.100r: %s", host, operator_message())
    if request.path.startswith("/api/"):
        return error_response(WrongHost(user_message(host)))
    response = render(request, "400_host.html", {"text": user_message(host)}, status=400)
    if _is_doctor(request):
        response[HOST_HEADER] = host[:200]
    return response


def doctor_token() -> str:
    """Prove for a minute that the sender knows the server's secret key."""
    return signing.TimestampSigner(salt=DOCTOR_HEADER).sign("doctor")


def _is_doctor(request: HttpRequest) -> bool:
    try:
        signing.TimestampSigner(salt=DOCTOR_HEADER).unsign(
            request.headers.get(DOCTOR_HEADER, ""), max_age=TOKEN_S
        )
    except signing.BadSignature:
        return False
    return True


def operator_message() -> str:
    if settings.WATCHIUM_URL:
        remedy = "let the proxy forward it (nginx: proxy_set_header Host $host;)"
        return f"WATCHIUM_URL is {settings.WATCHIUM_URL}: {remedy}"
    if is_loopback(settings.HOST):
        return (
            "HOST accepts this machine only: set HOST=0.0.0.0, or WATCHIUM_URL to the address that people use"
        )
    return "add it to WATCHIUM_HOSTS, or set WATCHIUM_URL to the address that people use"


def user_message(host: str) -> str:
    """The problem and the remedy; behind a proxy without the name that it uses for the server."""
    if settings.WATCHIUM_URL:
        return _(
            "The request was for a host name that this server does not have. If you opened the right address, the "
            "proxy in front of the server does not forward it: nginx needs “proxy_set_header Host $host;”. As its "
            "operator, run “manage.py doctor”: it shows both names."
        )
    if is_loopback(settings.HOST):
        return _(
            "This server accepts connections from its own machine only. To let others in, start it with HOST=0.0.0.0, "
            "or set WATCHIUM_URL to the address that people use."
        )
    if not _is_name(host):
        return _("The name in this address is not a valid host name. Open the server by its IP address.")
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

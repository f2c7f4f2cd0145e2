"""Health checks and metrics, answered before the checks of host name and cookies and before any session query.

A container's health check or a scraper uses an address that no user does, and must not be rejected for it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from asgiref.sync import iscoroutinefunction, sync_to_async
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotFound
from django.middleware.security import SecurityMiddleware
from django.utils.decorators import sync_and_async_middleware

from watchium.web import health
from watchium.web.metrics import metrics

# The same headers as on other responses: this runs before the middleware that adds them.
SECURITY_HEADERS = SecurityMiddleware(lambda _: HttpResponse())
VIEWS: dict[str, Callable[[HttpRequest], HttpResponse]] = {
    "/healthz/live": health.live,
    "/healthz/ready": health.ready,
    "/metrics": metrics,
}


@sync_and_async_middleware
def internal_endpoints(get_response: Callable[[HttpRequest], Any]) -> Callable[[HttpRequest], Any]:
    if iscoroutinefunction(get_response):
        in_a_thread = sync_to_async(_respond)

        async def awaited(request: HttpRequest) -> HttpResponse:
            if request.path in VIEWS:
                return await in_a_thread(request)
            response: Awaitable[HttpResponse] = get_response(request)
            return await response

        return awaited

    def called(request: HttpRequest) -> HttpResponse:
        return _respond(request) if request.path in VIEWS else get_response(request)

    return called


def _respond(request: HttpRequest) -> HttpResponse:
    try:
        response = VIEWS[request.path](request)
    except Http404:
        response = HttpResponseNotFound(content_type="text/plain")
    response["X-Frame-Options"] = settings.X_FRAME_OPTIONS
    secured: HttpResponse = SECURITY_HEADERS.process_response(request, response)
    return secured

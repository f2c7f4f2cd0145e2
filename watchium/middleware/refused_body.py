"""The page for a form whose body `body_limit` refused: that knows neither languages nor templates nor headers."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from asgiref.sync import iscoroutinefunction
from django.http import HttpRequest, HttpResponse
from django.utils.decorators import sync_and_async_middleware

from watchium.middleware.body_limit import REFUSED
from watchium.web.error_pages import refused_page


@sync_and_async_middleware
def refused_body(get_response: Callable[[HttpRequest], Any]) -> Callable[[HttpRequest], Any]:
    if iscoroutinefunction(get_response):

        async def awaited(request: HttpRequest) -> HttpResponse:
            if page := _page(request):
                return page
            response: Awaitable[HttpResponse] = get_response(request)
            return await response

        return awaited

    def called(request: HttpRequest) -> Any:
        return _page(request) or get_response(request)

    return called


def _page(request: HttpRequest) -> HttpResponse | None:
    refused = getattr(request, "scope", {}).get(REFUSED)
    return refused_page(request, refused) if refused else None

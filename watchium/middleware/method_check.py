"""A page for who opens an address that takes only forms: Django's own response to the wrong method is empty."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from asgiref.sync import iscoroutinefunction
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.utils.decorators import sync_and_async_middleware

from watchium.web.error_pages import not_allowed


@sync_and_async_middleware
def method_check(get_response: Callable[[HttpRequest], Any]) -> Callable[[HttpRequest], Any]:
    if iscoroutinefunction(get_response):

        async def awaited(request: HttpRequest) -> HttpResponse:
            response: Awaitable[HttpResponse] = get_response(request)
            return _with_page(request, await response)

        return awaited

    def called(request: HttpRequest) -> HttpResponse:
        return _with_page(request, get_response(request))

    return called


def _with_page(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    if isinstance(response, HttpResponseNotAllowed) and request.method == "GET":
        return not_allowed(request, response["Allow"])
    return response

"""Whether this process is up, and whether what it stands on is."""

from __future__ import annotations

import asyncio

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.db import Error, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache

LAYER_BOUND_S = 1.0


@never_cache
def live(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok", content_type="text/plain")


@never_cache
def ready(request: HttpRequest) -> HttpResponse:
    answers = {"database": _database(), "channel_layer": _channel_layer()}
    fine = all(word == "ok" for word in answers.values())
    return JsonResponse(answers, status=200 if fine else 503)


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error:
        return "unavailable"
    return "ok"


def _channel_layer() -> str:
    try:
        async_to_sync(_knock)()
    except Exception:  # whatever a layer raises when it cannot be reached
        return "unavailable"
    return "ok"


async def _knock() -> None:
    layer = get_channel_layer()
    assert layer is not None
    async with asyncio.timeout(LAYER_BOUND_S):
        await layer.group_send("health", {"type": "health"})

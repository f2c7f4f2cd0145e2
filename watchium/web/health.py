"""Liveness and readiness endpoints, which answer in bounded time even if the database or Redis hangs.

A probe of the database runs on a thread of its own. While it hangs no second one starts: further requests wait for
the first, each for at most the timeout, so that probes every few seconds do not pile up behind a frozen database.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from threading import Event, Lock, Thread

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache

from rooms.models import Pulse
from watchium import server_clock

logger = logging.getLogger(__name__)

DATABASE_TIMEOUT_S = 2.0
LAYER_TIMEOUT_S = 1.0
WRITE_EVERY_S, WRITE_TIMEOUT_S, WRITE_STUCK_S = 5.0, 0.5, 10.0
OK = "ok"
TIMED_OUT = "no answer within {:g} s"
UNREACHABLE = "cannot be reached"
READ_ONLY = "cannot be written"


@never_cache
def live(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok", content_type="text/plain")


@never_cache
def ready(request: HttpRequest) -> HttpResponse:
    """Return 200, or 503 with the state of each backend; host names of backends are not disclosed."""
    states = {"database": DATABASE.run(), "channel_layer": _channel_layer()}
    if states["database"] == OK:
        states["database"] = DATABASE_WRITE.run(time.monotonic())
    healthy = all(state == OK for state in states.values())
    return JsonResponse(states, status=200 if healthy else 503)


class ProbeResult:
    """One probe under way, on a daemon thread so that a hanging probe does not block exit."""

    def __init__(self, check: Callable[[], None]) -> None:
        self.finished = Event()
        self.error: Exception | None = None
        Thread(target=self._run, args=(check,), name="probe", daemon=True).start()

    def _run(self, check: Callable[[], None]) -> None:
        try:
            check()
        except Exception as error:
            self.error = error
        finally:
            self.finished.set()


class Probe:
    """Runs one check at a time; callers that arrive meanwhile share its result."""

    def __init__(self, check: Callable[[], None], timeout_s: float) -> None:
        self.check = check
        self.timeout_s = timeout_s
        self._result: ProbeResult | None = None
        self._lock = Lock()

    def run(self) -> str:
        with self._lock:
            if self._result is None or self._result.finished.is_set():
                self._result = ProbeResult(self.check)
            result = self._result
        if not result.finished.wait(self.timeout_s):
            return TIMED_OUT.format(self.timeout_s)
        if result.error is None:
            return OK
        logger.warning("the database is not ready: %s", result.error)
        return UNREACHABLE


class CachedProbe:
    """Runs its check at most every few seconds and returns the last known state meanwhile.

    For writes: one may wait for another, so a probe under way changes the state only after WRITE_STUCK_S.
    """

    def __init__(self, check: Callable[[], None]) -> None:
        self.check = check
        self._result: ProbeResult | None = None
        self._started_s = 0.0
        self._state = OK
        self._lock = Lock()

    def run(self, now_s: float) -> str:
        with self._lock:
            if self._result is None and now_s - self._started_s >= WRITE_EVERY_S:
                self._result, self._started_s = ProbeResult(self.check), now_s
            result, waited_s = self._result, now_s - self._started_s
        if result is not None and result.finished.wait(WRITE_TIMEOUT_S):
            self._record(result)
        elif result is not None and waited_s >= WRITE_STUCK_S:
            return TIMED_OUT.format(WRITE_STUCK_S)
        return self._state

    def _record(self, result: ProbeResult) -> None:
        with self._lock:
            if self._result is result:
                self._result = None
                self._state = OK if result.error is None else READ_ONLY
                if result.error is not None:
                    logger.warning("the database cannot be written: %s", result.error)


def closing_connection(check: Callable[[], None]) -> Callable[[], None]:
    """Wrap a check so that it closes its thread's database connection afterwards."""

    def wrapped() -> None:
        try:
            check()
        finally:
            connection.close()

    return wrapped


def _select_one() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def _write() -> None:
    """Renew the server's heartbeat row, which changes it: an update that changes no row writes nothing."""
    Pulse.objects.renew(server_clock.now_ms())


DATABASE_WRITE = CachedProbe(closing_connection(_write))
DATABASE = Probe(closing_connection(_select_one), DATABASE_TIMEOUT_S)


def _channel_layer() -> str:
    try:
        async_to_sync(_ping)()
    except TimeoutError:
        return TIMED_OUT.format(LAYER_TIMEOUT_S)
    except Exception as error:  # layers raise many kinds of errors when the server is unreachable
        logger.warning("the channel layer is not ready: %s", error)
        return UNREACHABLE
    return OK


async def _ping() -> None:
    layer = get_channel_layer()
    assert layer is not None
    async with asyncio.timeout(LAYER_TIMEOUT_S):
        await layer.group_send("health", {"type": "health"})

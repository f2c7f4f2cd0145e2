"""Whether this process is up, and whether what it stands on is: answered in bounded time, whatever hangs.

A probe of the database runs on one thread of its own. While it hangs there is no second one: who asks meanwhile waits
for the first, no longer than the bound, so that probes every few seconds do not pile up behind a frozen database.
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

DATABASE_BOUND_S = 2.0
LAYER_BOUND_S = 1.0
WRITE_EVERY_S, WRITE_BOUND_S, WRITE_STUCK_S = 5.0, 0.5, 10.0
OK = "ok"
SILENT = "no answer within {:g} s"
REFUSED = "cannot be reached"
READ_ONLY = "cannot be written"


@never_cache
def live(request: HttpRequest) -> HttpResponse:
    return HttpResponse("ok", content_type="text/plain")


@never_cache
def ready(request: HttpRequest) -> HttpResponse:
    """200, or 503 with what is wrong: in words that tell strangers nothing about where things are."""
    answers = {"database": DATABASE.ask(), "channel_layer": _channel_layer()}
    if answers["database"] == OK:
        answers["database"] = WRITING.ask(time.monotonic())
    fine = all(word == OK for word in answers.values())
    return JsonResponse(answers, status=200 if fine else 503)


class Asked:
    """One question under way, on a thread that does not keep the process from ending."""

    def __init__(self, question: Callable[[], None]) -> None:
        self.answered = Event()
        self.problem: Exception | None = None
        Thread(target=self._ask, args=(question,), name="probe", daemon=True).start()

    def _ask(self, question: Callable[[], None]) -> None:
        try:
            question()
        except Exception as error:
            self.problem = error
        finally:
            self.answered.set()


class Probe:
    """Asks one question at a time."""

    def __init__(self, question: Callable[[], None], bound_s: float) -> None:
        self.question = question
        self.bound_s = bound_s
        self._asked: Asked | None = None
        self._lock = Lock()

    def ask(self) -> str:
        with self._lock:
            if self._asked is None or self._asked.answered.is_set():
                self._asked = Asked(self.question)
            asked = self._asked
        if not asked.answered.wait(self.bound_s):
            return SILENT.format(self.bound_s)
        if asked.problem is None:
            return OK
        logger.warning("the database is not ready: %s", asked.problem)
        return REFUSED


class Seldom:
    """Asks every few seconds, however often it is asked itself, and answers with what it knows meanwhile.

    A write may wait for another one, so that a probe under way is no bad news until it takes very long.
    """

    def __init__(self, question: Callable[[], None]) -> None:
        self.question = question
        self._asked: Asked | None = None
        self._asked_s = 0.0
        self._answer = OK
        self._lock = Lock()

    def ask(self, now_s: float) -> str:
        with self._lock:
            if self._asked is None and now_s - self._asked_s >= WRITE_EVERY_S:
                self._asked, self._asked_s = Asked(self.question), now_s
            asked, waited_s = self._asked, now_s - self._asked_s
        if asked is not None and asked.answered.wait(WRITE_BOUND_S):
            self._note(asked)
        elif asked is not None and waited_s >= WRITE_STUCK_S:
            return SILENT.format(WRITE_STUCK_S)
        return self._answer

    def _note(self, asked: Asked) -> None:
        with self._lock:
            if self._asked is asked:
                self._asked = None
                self._answer = OK if asked.problem is None else READ_ONLY
                if asked.problem is not None:
                    logger.warning("the database cannot be written: %s", asked.problem)


def in_own_connection(question: Callable[[], None]) -> Callable[[], None]:
    """The question, its thread's connection given back afterwards."""

    def asked() -> None:
        try:
            question()
        finally:
            connection.close()

    return asked


def _ask_database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def _write() -> None:
    """Note that a server runs, which is true, and changes a row: an update that changes none writes nothing."""
    Pulse.objects.beat(server_clock.now_ms())


WRITING = Seldom(in_own_connection(_write))
DATABASE = Probe(in_own_connection(_ask_database), DATABASE_BOUND_S)


def _channel_layer() -> str:
    try:
        async_to_sync(_ping)()
    except TimeoutError:
        return SILENT.format(LAYER_BOUND_S)
    except Exception as error:  # whatever a layer raises when it cannot be reached
        logger.warning("the channel layer is not ready: %s", error)
        return REFUSED
    return OK


async def _ping() -> None:
    layer = get_channel_layer()
    assert layer is not None
    async with asyncio.timeout(LAYER_BOUND_S):
        await layer.group_send("health", {"type": "health"})

"""Time of single actions in a room of eight, interleaved with the minimum that a database can do."""

from __future__ import annotations

import itertools
from collections.abc import Callable

from django.db import connection, transaction

from rooms import actions
from rooms.models import Member, Room
from tests.bench.command import fixtures
from tests.bench.command.timing import HEAD, Timed
from watchium import server_clock
from watchium.db.thread_pool import in_database
from watchium.protocol.commands import (
    Command,
    CommentDraft,
    OptionalPosition,
    Pause,
    Play,
    PostComment,
    RateChange,
    Seek,
    SeekTarget,
    SetRate,
)
from watchium.realtime import hub
from watchium.services.room_commands import dispatch
from watchium.services.room_snapshot import compose_snapshot

numbers = itertools.count()

COMMANDS: dict[str, Callable[[str], Command]] = {
    "play": lambda event_id: Play(event_id=event_id, payload=OptionalPosition(current_time=3.0)),
    "pause": lambda event_id: Pause(event_id=event_id, payload=OptionalPosition()),
    "seek": lambda event_id: Seek(
        event_id=event_id, payload=SeekTarget(current_time=float(next(numbers) % 7))
    ),
    "set_rate": lambda event_id: SetRate(
        event_id=event_id, payload=RateChange(rate=1.0 + next(numbers) % 2 / 4)
    ),
    "comment": lambda event_id: PostComment(event_id=event_id, payload=CommentDraft(text="What a film!")),
}


def select_one() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        cursor.fetchall()


def one_row(room: Room) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE rooms_room SET seat_hold_s = 20 WHERE id = %s", [room.pk])


def enter_and_greet(member: Member) -> None:
    entered, _ = actions.connect(member, "")
    compose_snapshot(entered, "", None, 8)


async def measure(times: int) -> None:
    """Print a table; `ratio` is relative to a transaction of one row on the same database in the same minute."""
    fixtures.unthrottled()
    hub.hub()
    ((room),) = await in_database(fixtures.rooms_of_eight, 1)
    host = room[0]
    least, row = Timed(), Timed()
    timings = {name: Timed() for name in (*COMMANDS, "replay", "enter and snapshot")}
    for number in range(times + 20):
        if number % 20 == 0:
            fixtures.speak(room)
            await in_database(fixtures.leave_one_socket_each, room)
        if number == 20:  # the first are warm-up
            least, row, timings = Timed(), Timed(), {name: Timed() for name in timings}
        await least.call(select_one)
        await row.call(one_row, host.room)
        for name, command in COMMANDS.items():
            await timings[name].call(dispatch, host, command(f"{name} {number}"))
        await timings["replay"].call(dispatch, host, COMMANDS["pause"](f"pause {number}"))
        await timings["enter and snapshot"].call(enter_and_greet, room[number % 8])
    for name, command in COMMANDS.items():
        await timings[name].count(dispatch, host, command(f"counted {name}"))
    await timings["replay"].count(dispatch, host, COMMANDS["pause"]("counted pause"))
    await timings["enter and snapshot"].count(enter_and_greet, room[0])
    print(f"\n{connection.vendor}, {times} of each, at {server_clock.now_ms():.0f}\n{HEAD}")
    unit_ms = row.quantile_ms(0.5)
    print(least.line("SELECT 1", unit_ms), row.line("one row, committed", unit_ms), sep="\n")
    for name, timed in timings.items():
        print(timed.line(name, unit_ms))

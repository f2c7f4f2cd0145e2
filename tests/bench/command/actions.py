"""Time of single actions in rooms of eight, without a queue and with one of 200 entries, interleaved with the minimum
that a database can do."""

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
    MediaRequest,
    OptionalPosition,
    Pause,
    Play,
    PostComment,
    RateChange,
    Seek,
    SeekTarget,
    SetRate,
)
from watchium.protocol.player_commands import EntryMove
from watchium.protocol.queue import AddToQueue, EntryVote, MediaToQueue, MoveInQueue, VoteForEntry
from watchium.realtime import hub
from watchium.realtime.frames import frame_of
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


QUEUED = ("play", "pause", "seek", "comment")  # measured in the room with a queue too
QUEUE_COMMANDS: dict[str, Callable[[str], Command]] = {
    "queue_move": lambda event_id: MoveInQueue(
        event_id=event_id, payload=EntryMove(entry_id="100", before=f"{2 + next(numbers) % 90}")
    ),
    "vote_entry": lambda event_id: VoteForEntry(
        event_id=event_id, payload=EntryVote(entry_id="50", on=bool(next(numbers) % 2))
    ),
}


def fill_queue(host: Member) -> None:
    for event_id in ("first", "second"):
        media = [MediaRequest(media_url=f"https://example.org/{number}.mp4") for number in range(100)]
        dispatch(host, AddToQueue(event_id=event_id, payload=MediaToQueue(items=media)))


def select_one() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        cursor.fetchall()


def one_row(room: Room) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE rooms_room SET seat_hold_s = 20 WHERE id = %s", [room.pk])


def enter_and_greet(member: Member) -> None:
    entered, _ = actions.connect(member, "")
    welcome, *_ = compose_snapshot(entered, "", None, 8)
    frame_of(welcome)


async def measure(times: int) -> None:
    """Print a table; `ratio` is relative to a transaction of one row on the same database in the same minute."""
    fixtures.unthrottled()
    hub.hub()
    room, other = await in_database(fixtures.rooms_of_eight, 2)
    host, queued = room[0], other[0]
    await in_database(fill_queue, queued)
    least, row = Timed(), Timed()
    beside = [f"{name} beside a queue" for name in (*QUEUED, "enter")]
    timings = {
        name: Timed() for name in (*COMMANDS, "replay", "enter and snapshot", *beside, *QUEUE_COMMANDS)
    }
    for number in range(times + 20):
        if number % 20 == 0:
            for house in (room, other):
                fixtures.speak(house)
                await in_database(fixtures.leave_one_socket_each, house)
        if number == 20:  # the first are warm-up
            least, row, timings = Timed(), Timed(), {name: Timed() for name in timings}
        await least.call(select_one)
        await row.call(one_row, host.room)
        for name, command in COMMANDS.items():
            await timings[name].call(dispatch, host, command(f"{name} {number}"))
            if name in QUEUED:
                await timings[f"{name} beside a queue"].call(dispatch, queued, command(f"{name} {number}"))
        for name, command in QUEUE_COMMANDS.items():
            await timings[name].call(dispatch, queued, command(f"{name} {number}"))
        await timings["replay"].call(dispatch, host, COMMANDS["pause"](f"pause {number}"))
        await timings["enter and snapshot"].call(enter_and_greet, room[number % 8])
        await timings["enter beside a queue"].call(enter_and_greet, other[number % 8])
    for name, command in COMMANDS.items():
        await timings[name].count(dispatch, host, command(f"counted {name}"))
        if name in QUEUED:
            await timings[f"{name} beside a queue"].count(dispatch, queued, command(f"counted {name}"))
    for name, command in QUEUE_COMMANDS.items():
        await timings[name].count(dispatch, queued, command(f"counted {name}"))
    await timings["replay"].count(dispatch, host, COMMANDS["pause"]("counted pause"))
    await timings["enter and snapshot"].count(enter_and_greet, room[0])
    await timings["enter beside a queue"].count(enter_and_greet, other[0])
    print(f"\n{connection.vendor}, {times} of each, at {server_clock.now_ms():.0f}\n{HEAD}")
    unit_ms = row.quantile_ms(0.5)
    print(least.line("SELECT 1", unit_ms), row.line("one row, committed", unit_ms), sep="\n")
    for name, timed in timings.items():
        print(timed.line(name, unit_ms))

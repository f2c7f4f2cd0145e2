"""`python -m watchium.client.mpv ROOM_URL [FILE]`: watch in mpv together with a room."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys
from collections.abc import Iterator

import msgspec

from watchium.client.connection import ProblemError
from watchium.client.mpv import messages
from watchium.client.mpv.arguments import Options, parse
from watchium.client.mpv.ipc import MpvError
from watchium.client.mpv.process import MpvMissing, running, started
from watchium.client.mpv.session import MpvSession
from watchium.client.visit import VisitEnded

ENDED_BY_SIGNAL = 130


async def watch(options: Options) -> None:
    mpv = running(options.mpv_socket) if options.mpv_socket else started(options.mpv, options.mpv_options)
    async with mpv as ipc:
        session = MpvSession(options, ipc, print)
        with _chat_from_terminal(session):
            await session.run()


@contextlib.contextmanager
def _chat_from_terminal(session: MpvSession) -> Iterator[None]:
    """Each line that the person types is a message to the room."""
    if not sys.stdin or not sys.stdin.isatty():
        yield
        return
    loop = asyncio.get_running_loop()
    writing: set[asyncio.Task[None]] = set()

    def on_line() -> None:
        line = sys.stdin.readline()
        if not line:
            loop.remove_reader(sys.stdin)
        elif line.strip():
            task = asyncio.ensure_future(session.comment(line.strip()))
            writing.add(task)
            task.add_done_callback(writing.discard)

    loop.add_reader(sys.stdin, on_line)
    try:
        yield
    finally:
        loop.remove_reader(sys.stdin)


async def _until_signal(options: Options) -> None:
    """A signal ends the visit as closing mpv does."""
    task = asyncio.current_task()
    assert task is not None
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, task.cancel)
    await watch(options)


def main() -> int:
    options = parse()
    try:
        asyncio.run(_until_signal(options))
    except VisitEnded as end:
        return _failed(messages.closed(end.close_code))
    except (MpvMissing, MpvError) as error:
        return _failed(str(error))
    except ProblemError as problem:
        return _failed(messages.refused(problem))
    except msgspec.MsgspecError:
        return _failed(f"{options.room.base_url} does not answer as this version of Watchium does.")
    except OSError as error:
        return _failed(str(error))
    except (asyncio.CancelledError, KeyboardInterrupt):
        return ENDED_BY_SIGNAL
    return 0


def _failed(why: str) -> int:
    sys.stderr.write(f"{why}\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())

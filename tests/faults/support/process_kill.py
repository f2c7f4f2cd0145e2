"""Run as `python tests/faults/support/process_kill.py WHEN EVENT_ID serve ...`: a server killed at a chosen point.

WHEN is `before_publish` (committed, not published) or `before_ack` (published, the sender got no response). The process
ends as by SIGKILL at the first command of that event_id. The server itself has no code for it.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import Any


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def before_publish(event_id: str) -> None:
    from watchium.realtime import hub

    publish = hub.publish

    def publish_or_die(group: str, frame: Any, *more: Any) -> None:
        if event_id.encode() in frame.payload:
            die()
        publish(group, frame, *more)

    hub.publish = publish_or_die


def before_ack(event_id: str) -> None:
    from watchium.consumers import socket
    from watchium.protocol.replies import Ack

    send_event = socket.Socket.send_event

    def send_or_die(self: Any, event: Any) -> None:
        if isinstance(event, Ack) and event.payload.event_id == event_id:
            die()
        send_event(self, event)

    socket.Socket.send_event = send_or_die  # type: ignore[method-assign]


def main(when: str, event_id: str, arguments: list[str]) -> None:
    sys.path.insert(0, str(Path(__file__).resolve().parents[3]))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "watchium.settings")
    import django

    django.setup()
    {"before_publish": before_publish, "before_ack": before_ack}[when](event_id)
    from django.core.management import execute_from_command_line

    execute_from_command_line(["manage.py", *arguments])


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3:])

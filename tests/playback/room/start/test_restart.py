"""A real server that is restarted before a premiere, with nobody in the room."""

from __future__ import annotations

import time

import pytest

from playback.domain.start.state import ANNOUNCED_MS
from tests.servers import watchium_server
from watchium.client import Client

AHEAD_MS = 9000.0
MARGIN_S = 10.0

pytestmark = pytest.mark.once


def test_a_premiere_starts_at_its_instant_without_a_host_after_a_restart():
    with watchium_server() as server:
        host = Client(server.url)
        visitor = Client(server.url)  # a member whose program reads the state would be present
        joined = host.create_room(username="Alice", visibility="public", media_url="/media/samples/clip.webm")
        at_ms = visitor.state(joined.room_id).timestamp + AHEAD_MS
        assert host.change_room(joined.room_id, premiere_at=at_ms).premiere_at == at_ms
        server.kill()
        server.start()
        state = visitor.state(joined.room_id)
        served_ms = state.timestamp
        deadline_s = time.monotonic() + AHEAD_MS / 1000 + MARGIN_S
        while not state.timeline.is_playing and time.monotonic() < deadline_s:
            time.sleep(0.2)
            state = visitor.state(joined.room_id)
        assert state.timeline.is_playing, server.log()
        assert state.members == []
        assert at_ms - state.timestamp <= ANNOUNCED_MS
        assert state.timeline.timestamp == at_ms or served_ms > at_ms - 2000  # a slow machine was late itself
        assert state.timeline.current_time == 0

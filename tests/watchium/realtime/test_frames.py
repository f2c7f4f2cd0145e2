from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from websockets.frames import Frame as WebSocketFrame
from websockets.frames import Opcode

from watchium.protocol.replies import Head, HeadState
from watchium.realtime.frames import Frame, frame_of


@given(st.one_of(st.text(max_size=200), st.integers(0, 70_000).map(lambda size: "x" * size)))
def test_an_encoded_frame_equals_the_frame_of_the_websockets_library(text):
    payload = text.encode()
    assert Frame(payload).wire == WebSocketFrame(Opcode.TEXT, payload).serialize(mask=False)


def test_a_head_replaces_the_previous_head():
    head = Head(room_id="r", timestamp=1.0, payload=HeadState(revision=3, comment_seq=2, epoch="e"))
    assert frame_of(head).newest == "head"

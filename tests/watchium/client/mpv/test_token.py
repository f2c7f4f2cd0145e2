"""mpv has the token of a room only while it opens a file of the room."""

from __future__ import annotations

import asyncio
from typing import Any, cast

import pytest

from watchium.client.mpv.ipc import MpvError, MpvIpc
from watchium.client.mpv.player import MpvPlayer

ADDRESS = "https://watch.example.org/media/library/7"
OWN = ["X-Own: yes"]
TOKEN = "Authorization: Bearer secret"


class ScriptedMpv:
    """Answers `loadfile` by an event, or by an error."""

    def __init__(self, answer: dict[str, Any] | None) -> None:
        self.answer = answer
        self.values: dict[str, Any] = {"http-header-fields": OWN, "path": ADDRESS}
        self.headers_at_load: list[str] = []
        self.on_event: Any = None

    async def get(self, name: str, default: Any = None) -> Any:
        return self.values.get(name, default)

    async def set(self, name: str, value: Any) -> None:
        self.values[name] = value

    async def command(self, *words: Any) -> Any:
        if words[0] == "loadfile":
            self.headers_at_load = self.values["http-header-fields"]
            if self.answer is None:
                raise MpvError("refused")
            asyncio.get_running_loop().call_soon(self.on_event, self.answer)
        return None


@pytest.mark.parametrize(
    ("answer", "opens"),
    [({"event": "file-loaded"}, True), ({"event": "end-file", "reason": "error"}, False), (None, False)],
)
async def test_mpv_has_it_only_while_it_opens(answer: dict[str, Any] | None, opens: bool):
    mpv = ScriptedMpv(answer)
    player = MpvPlayer(cast(MpvIpc, mpv))
    await player.start()
    assert await player.open(ADDRESS, token="secret") is opens
    assert mpv.headers_at_load == [*OWN, TOKEN]
    assert mpv.values["http-header-fields"] == OWN

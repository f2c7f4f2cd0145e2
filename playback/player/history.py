"""The history of a person in the personal player: written when a track is left or paused."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from playback.models import MediaItem, WatchedMedia
from playback.player.command import PlayerTransaction
from watchium.protocol.types import Media


class Playing(NamedTuple):
    """The current item (primary key) of a player, where it is, and whether it plays."""

    item: int | None
    position_s: float
    plays: bool

    @classmethod
    def of(cls, tx: PlayerTransaction) -> Playing:
        return cls(tx.player.item, tx.position_s, tx.player.is_playing)


def recorded(
    person: int | None, action: Callable[[PlayerTransaction], None]
) -> Callable[[PlayerTransaction], None]:
    """Return the action that also records what the person (primary key; None: nobody) left or paused."""
    if person is None:
        return action

    def run(tx: PlayerTransaction) -> None:
        before = Playing.of(tx)
        action(tx)
        _record(person, before, tx)

    return run


def _record(person: int, before: Playing, tx: PlayerTransaction) -> None:
    after = Playing.of(tx)
    left = before if after.item != before.item else after
    if (
        before.item is None
        or not left.position_s
        or not (after.item != before.item or before.plays > after.plays)
    ):
        return
    item = MediaItem.objects.without_facts().filter(pk=before.item).first()
    if item is not None:
        media = Media(
            url=item.url, kind=item.kind, title=item.title, mime=item.mime, source="library", item_id=item.pk
        )
        WatchedMedia.objects.store(person, media, (left.position_s, item.duration), tx.now_ms)

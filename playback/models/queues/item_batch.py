"""Items of the library that a command names, read together: with up to three statements, however many they are."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from playback.domain.playability import CONVERTIBLE, DIRECT
from playback.models.conversion import Conversion
from playback.models.media_item import MediaItem


@dataclass(frozen=True, slots=True)
class ItemBatch:
    """Present items by id, their conversions that players can begin with, and durations of results by job."""

    items: dict[int, MediaItem] = field(default_factory=dict)
    running: dict[int, Conversion] = field(default_factory=dict)
    durations: dict[int, float | None] = field(default_factory=dict)

    @classmethod
    def read(cls, ids: Iterable[int]) -> ItemBatch:
        wanted = set(ids)
        if not wanted:
            return cls()
        items = MediaItem.objects.present().by_ids(wanted)
        convertible = [each for each in items.values() if not each.prepared and each.plays in CONVERTIBLE]
        running = Conversion.objects.playable_of_items(convertible) if convertible else {}
        jobs = [job for each in items.values() if (job := each.prepared_job)]
        durations = Conversion.objects.durations_of(jobs) if jobs else {}
        durations.update((each.pk, each.duration) for each in running.values())
        return cls(items, running, durations)

    def is_checked(self, item_id: int) -> bool:
        """Whether the file is known to play in all browsers, or was converted for them."""
        item = self.items.get(item_id)
        return item is not None and (bool(item.prepared) or item.plays == DIRECT or item.pk in self.running)

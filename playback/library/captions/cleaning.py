"""Deletes captions that were taken out of films which have changed since, or are gone."""

from __future__ import annotations

import shutil

from playback.library.captions.extraction import Wanted, folder
from playback.models import MediaItem


def discard_outdated(*, dry_run: bool = False) -> int:
    """Return how many films' captions are outdated. A film that is missing for now keeps them."""
    places = {place.name: place for place in folder().glob("[0-9]*-*")}
    ids = [int(name.partition("-")[0]) for name in places if name.partition("-")[0].isdigit()]
    # What an earlier version of this program took out stays until the captions are requested again.
    items = MediaItem.objects.by_ids(ids).values()
    current = {name for item in items for name in Wanted.of(item, ()).names}
    outdated = places.keys() - current
    if not dry_run:
        for name in outdated:
            shutil.rmtree(places[name], ignore_errors=True)
    return len(outdated)

"""Who may add to a queue becomes a right of the room. The queue keeps its copy, so there is nothing to take back."""

from __future__ import annotations

import json
from typing import Any

from django.db import migrations


def copy_to_rooms(apps: Any, _schema_editor: Any) -> None:
    stored_queue, room = apps.get_model("playback", "StoredQueue"), apps.get_model("rooms", "Room")
    restricted = stored_queue.objects.filter(document__contains='"who_adds"')
    for room_id, document in restricted.values_list("room_id", "document").iterator():
        who = json.loads(document).get("settings", {}).get("who_adds", "everyone")
        if who != "everyone":
            room.objects.filter(pk=room_id, rights="").update(rights=f"queue_add={who}")


class Migration(migrations.Migration):
    dependencies = [("playback", "0029_watched_media"), ("rooms", "0010_rights")]

    operations = [migrations.RunPython(copy_to_rooms, migrations.RunPython.noop)]

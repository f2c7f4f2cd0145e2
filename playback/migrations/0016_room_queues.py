from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models


def room_field() -> models.OneToOneField:
    return models.OneToOneField(
        on_delete=django.db.models.deletion.CASCADE,
        primary_key=True,
        related_name="+",
        serialize=False,
        to="rooms.room",
    )


class Migration(migrations.Migration):
    dependencies = [
        ("playback", "0015_room_captions"),
        ("rooms", "0008_queue_revision"),
    ]

    operations = [
        migrations.AddField("playbackevent", "queue_revision", models.BigIntegerField(blank=True, null=True)),
        migrations.CreateModel(
            name="StoredQueue",
            fields=[("room", room_field()), ("document", models.TextField())],
            options={"verbose_name": "queue of a room", "verbose_name_plural": "queues of rooms"},
        ),
        migrations.CreateModel(
            name="QueueHistory",
            fields=[
                ("room", room_field()),
                ("done", models.JSONField(blank=True, default=list)),
                ("undone", models.JSONField(blank=True, default=list)),
                ("removed", models.TextField(blank=True, default="[]")),
            ],
            options={"verbose_name": "history of a queue", "verbose_name_plural": "histories of queues"},
        ),
    ]

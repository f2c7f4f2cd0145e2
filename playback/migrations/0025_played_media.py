from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("playback", "0024_room_start"), ("rooms", "0008_queue_revision")]

    operations = [
        migrations.CreateModel(
            name="PlayedMedia",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("media", models.JSONField()),
                ("position", models.FloatField()),
                ("duration", models.FloatField(blank=True, null=True)),
                ("started_ms", models.FloatField(blank=True, null=True)),
                ("left_ms", models.FloatField()),
                (
                    "person",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="rooms.person",
                    ),
                ),
                (
                    "room",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="rooms.room",
                    ),
                ),
            ],
            options={
                "verbose_name": "played media",
                "verbose_name_plural": "played media",
                "indexes": [models.Index(fields=["room", "id"], name="played_of_room")],
            },
        ),
    ]

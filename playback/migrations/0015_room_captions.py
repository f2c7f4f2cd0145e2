from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("playback", "0014_play_when_ready")]

    operations = [
        migrations.AddField("playback", "captions", models.JSONField(blank=True, default=list)),
        migrations.CreateModel(
            name="RoomCaptions",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.CharField(max_length=16)),
                ("content", models.BinaryField()),
                ("added_at", models.DateTimeField(auto_now_add=True)),
                (
                    "room",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="caption_files",
                        to="rooms.room",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "room captions",
                "constraints": [
                    models.UniqueConstraint(fields=("room", "key"), name="roomcaptions_key_once"),
                ],
            },
        ),
    ]

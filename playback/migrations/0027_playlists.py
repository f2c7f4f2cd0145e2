from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("playback", "0026_notices_in_chat"),
        ("rooms", "0008_queue_revision"),
    ]

    operations = [
        migrations.CreateModel(
            name="Playlist",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=80)),
                ("entries", models.TextField(default="[]")),
                ("count", models.PositiveSmallIntegerField(default=0)),
                ("duration", models.FloatField(blank=True, null=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "person",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="rooms.person",
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            "playlist", models.UniqueConstraint(fields=("person", "name"), name="playlist_name_once")
        ),
    ]

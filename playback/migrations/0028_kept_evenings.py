from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("playback", "0027_playlists"), ("rooms", "0008_queue_revision")]

    operations = [
        migrations.CreateModel(
            name="KeptEvening",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("started_ms", models.BigIntegerField()),
                ("ended_ms", models.FloatField()),
                ("document", models.TextField(blank=True)),
                ("deleted", models.BooleanField(default=False)),
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
                "indexes": [models.Index(fields=["ended_ms"], name="evening_ended")],
                "constraints": [
                    models.UniqueConstraint(fields=("room", "started_ms"), name="evening_once_in_a_room"),
                ],
            },
        ),
        migrations.CreateModel(
            name="EveningGuest",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "evening",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="guests",
                        to="playback.keptevening",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="rooms.person"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("evening", "person"), name="evening_guest_once"),
                ],
            },
        ),
    ]

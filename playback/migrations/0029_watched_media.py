from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("playback", "0028_kept_evenings"), ("rooms", "0008_queue_revision")]

    operations = [
        migrations.CreateModel(
            name="WatchedMedia",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("media_key", models.CharField(max_length=32)),
                ("media", models.JSONField()),
                ("position", models.FloatField()),
                ("duration", models.FloatField(blank=True, null=True)),
                ("at_ms", models.FloatField()),
                (
                    "person",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="rooms.person",
                    ),
                ),
                (
                    "room",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="rooms.room",
                    ),
                ),
            ],
            options={
                "verbose_name": "watched media",
                "verbose_name_plural": "watched media",
                "indexes": [models.Index(fields=["person", "-at_ms"], name="watched_by_person")],
                "constraints": [
                    models.UniqueConstraint(fields=("person", "media_key"), name="watched_once_by_a_person"),
                ],
            },
        ),
        migrations.CreateModel(
            name="HistoryOff",
            fields=[
                (
                    "person",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="rooms.person",
                    ),
                ),
            ],
        ),
    ]

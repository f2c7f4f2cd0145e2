from __future__ import annotations

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [
        ("rooms", "0007_token_ends"),
        ("playback", "0010_caption_shift"),
    ]

    operations = [
        migrations.CreateModel(
            name="Upload",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("upload_id", models.CharField(max_length=32, unique=True)),
                ("title", models.CharField(max_length=200)),
                ("size", models.BigIntegerField()),
                ("sha256", models.CharField(blank=True, default="", max_length=64)),
                ("state", models.CharField(default="arriving", max_length=8)),
                ("why", models.CharField(blank=True, default="", max_length=300)),
                ("kind", models.CharField(blank=True, default="", max_length=5)),
                ("mime", models.CharField(blank=True, default="", max_length=80)),
                ("plays_early", models.BooleanField(default=False)),
                ("duration", models.FloatField(blank=True, null=True)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("changed_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "person",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="uploads",
                        to="rooms.person",
                    ),
                ),
                (
                    "room",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="uploads", to="rooms.room"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["state", "changed_at"], name="upload_by_state")],
                "constraints": [
                    models.CheckConstraint(condition=Q(size__gt=0), name="upload_size_positive"),
                    models.CheckConstraint(
                        condition=Q(state__in=("arriving", "whole", "refused")), name="upload_state_known"
                    ),
                    models.CheckConstraint(
                        condition=Q(kind__in=("", "audio", "video")), name="upload_kind_known"
                    ),
                ],
            },
        ),
    ]

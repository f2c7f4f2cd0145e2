from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("chat", "0011_space_of_images"),
        ("rooms", "0027_small_covers"),
    ]

    operations = [
        migrations.CreateModel(
            name="UnseenChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("seq", models.BigIntegerField()),
                ("text", models.TextField(blank=True, null=True)),
                ("edited_ms", models.FloatField(blank=True, null=True)),
                ("emojis", models.TextField(blank=True, default="")),
                (
                    "comment",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="chat.comment",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="rooms.person"
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
                "indexes": [
                    models.Index(fields=["room", "person", "seq"], name="unseen_changes_of_person"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("comment", "person"), name="unseen_change_once_per_comment"
                    ),
                ],
            },
        ),
    ]

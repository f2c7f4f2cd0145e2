from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("rooms", "0019_salt_of_sessions")]

    operations = [
        migrations.CreateModel(
            "RoomCover",
            [
                (
                    "room",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        serialize=False,
                        to="rooms.room",
                    ),
                ),
                ("version", models.CharField(max_length=16)),
                ("data", models.BinaryField()),
            ],
        ),
    ]

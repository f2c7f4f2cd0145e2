from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("rooms", "0012_capacity")]

    operations = [
        migrations.AddField("room", "knock", models.BooleanField(default=False)),
        migrations.CreateModel(
            name="JoinRequest",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("username", models.CharField(max_length=48)),
                (
                    "answer",
                    models.CharField(
                        choices=[("none", "None"), ("admitted", "Admitted"), ("declined", "Declined")],
                        default="none",
                        max_length=8,
                    ),
                ),
                ("until", models.DateTimeField()),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="rooms.person"
                    ),
                ),
                (
                    "room",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="join_requests",
                        to="rooms.room",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["until"], name="join_request_until")],
                "constraints": [models.UniqueConstraint(fields=("room", "person"), name="join_request_once")],
            },
        ),
    ]

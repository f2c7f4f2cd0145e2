from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("playback", "0023_announced_starts")]

    operations = [
        migrations.AddField("playback", "start", models.JSONField(blank=True, null=True)),
        migrations.AddField("playback", "start_due_ms", models.FloatField(blank=True, null=True)),
        migrations.AddIndex(
            "playback",
            models.Index(
                fields=["start_due_ms"],
                name="playback_start_due",
                condition=models.Q(start_due_ms__isnull=False),
            ),
        ),
    ]

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    """Of uploads that were arriving, nothing counts until their next piece."""

    dependencies = [("playback", "0016_room_queues")]

    operations = [
        migrations.AddField("upload", "received", models.BigIntegerField(default=0)),
        migrations.AddField(
            "upload", "address_hash", models.CharField(blank=True, default="", max_length=64)
        ),
    ]

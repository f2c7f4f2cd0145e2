from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("playback", "0022_room_chapters")]

    operations = [
        migrations.AddField("playback", "ending", models.JSONField(blank=True, null=True)),
    ]

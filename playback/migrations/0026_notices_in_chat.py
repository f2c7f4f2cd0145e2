from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("playback", "0025_played_media")]

    operations = [
        migrations.AddField("playback", "notices_in_chat", models.BooleanField(default=False)),
    ]

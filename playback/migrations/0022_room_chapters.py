from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("playback", "0021_uploads_lose_conversions_backwards")]

    operations = [
        migrations.AddField("playback", "chapters", models.JSONField(blank=True, default=list)),
    ]

from __future__ import annotations

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("playback", "0009_albums_of_one_name")]

    operations = [
        migrations.AddField("playback", "caption_shift_ms", models.IntegerField(default=0)),
        migrations.AddConstraint(
            "playback",
            models.CheckConstraint(
                condition=Q(caption_shift_ms__gte=-600_000, caption_shift_ms__lte=600_000),
                name="playback_caption_shift_in_range",
            ),
        ),
    ]

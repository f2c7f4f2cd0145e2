from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("playback", "0017_lapsing_uploads")]

    operations = [
        migrations.AddField(
            "roomcaptions", "address_hash", models.CharField(blank=True, default="", max_length=64)
        ),
    ]

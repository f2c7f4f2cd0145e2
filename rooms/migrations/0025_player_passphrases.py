from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("rooms", "0024_player_codes")]

    operations = [
        migrations.AddField(
            "room", "player_passphrase", models.CharField(blank=True, default="", max_length=128)
        ),
    ]

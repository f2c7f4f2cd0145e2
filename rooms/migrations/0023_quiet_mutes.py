from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("rooms", "0022_newcomer_wait")]

    operations = [
        migrations.AddField("member", "quiet_mute_until_ms", models.FloatField(blank=True, null=True)),
    ]

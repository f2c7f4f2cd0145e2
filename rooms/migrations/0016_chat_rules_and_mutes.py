from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("rooms", "0015_favourites")]

    operations = [
        migrations.AddField("room", "slow_mode_s", models.PositiveSmallIntegerField(default=0)),
        migrations.AddField("room", "chat_enabled", models.BooleanField(default=True)),
        migrations.AddField("room", "chat_links", models.BooleanField(default=True)),
        migrations.AddField("room", "chat_filter", models.TextField(blank=True, default="")),
        migrations.AddField("member", "muted_until_ms", models.FloatField(blank=True, null=True)),
        migrations.AddField("member", "commented_at_ms", models.FloatField(blank=True, null=True)),
    ]

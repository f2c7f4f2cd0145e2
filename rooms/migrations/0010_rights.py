from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("rooms", "0009_keep_evenings")]

    operations = [
        migrations.AddField("room", "rights", models.CharField(blank=True, default="", max_length=250)),
        migrations.AddField("member", "exceptions", models.CharField(blank=True, default="", max_length=120)),
    ]

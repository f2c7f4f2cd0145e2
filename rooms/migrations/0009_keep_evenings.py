from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("rooms", "0008_queue_revision")]

    operations = [
        migrations.AddField("room", "keep_evenings", models.BooleanField(default=False)),
    ]

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("rooms", "0011_companions")]

    operations = [
        migrations.AddField("room", "capacity", models.PositiveIntegerField(blank=True, null=True)),
    ]

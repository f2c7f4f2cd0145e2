from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("rooms", "0014_addresses")]

    operations = [
        migrations.AddField("member", "favourite", models.BooleanField(default=False)),
    ]

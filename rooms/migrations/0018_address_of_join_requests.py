from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("rooms", "0017_act_of_a_ban")]

    operations = [
        migrations.AddField(
            "joinrequest", "address_hash", models.CharField(blank=True, default="", max_length=64)
        ),
    ]

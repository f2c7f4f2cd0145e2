from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("rooms", "0021_rules_before_an_act")]

    operations = [
        migrations.AddField("room", "newcomer_wait_s", models.PositiveSmallIntegerField(default=0)),
    ]

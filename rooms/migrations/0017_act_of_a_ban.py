from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("rooms", "0016_chat_rules_and_mutes")]

    operations = [
        migrations.AddField(
            "ban",
            "act",
            models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="bans",
                to="rooms.moderationact",
            ),
        ),
    ]

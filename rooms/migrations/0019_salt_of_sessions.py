from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("rooms", "0018_address_of_join_requests")]

    operations = [
        migrations.AddField(
            "person", "session_salt", models.CharField(blank=True, default="", max_length=16)
        ),
    ]

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("chat", "0009_accepted_changes")]

    operations = [
        migrations.AddField("comment", "notice", models.TextField(blank=True, default="")),
    ]

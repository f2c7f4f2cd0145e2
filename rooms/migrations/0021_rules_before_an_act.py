from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("rooms", "0020_covers"),
    ]

    operations = [
        migrations.AddField(
            model_name="moderationact",
            name="before",
            field=models.JSONField(blank=True, null=True),
        ),
    ]

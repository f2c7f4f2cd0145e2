from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("rooms", "0013_join_requests")]

    operations = [
        migrations.AddField("room", "description", models.CharField(blank=True, default="", max_length=500)),
        migrations.AddField(
            "room", "slug", models.CharField(blank=True, max_length=40, null=True, unique=True)
        ),
        migrations.AddField(
            "room", "code", models.CharField(blank=True, max_length=6, null=True, unique=True)
        ),
        migrations.AddField("room", "code_until", models.DateTimeField(blank=True, null=True)),
    ]

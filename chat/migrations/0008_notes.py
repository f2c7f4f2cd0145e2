from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("chat", "0007_images_in_comments")]

    operations = [
        migrations.AddField("comment", "note", models.CharField(blank=True, default="", max_length=8)),
    ]

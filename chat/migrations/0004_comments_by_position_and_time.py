from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    """Pages by position, and the comments of an evening, do not read all comments of the room any more."""

    dependencies = [("chat", "0003_reactions")]

    operations = [
        migrations.AddIndex(
            model_name="comment",
            index=models.Index(fields=["room", "position", "seq"], name="comment_by_position"),
        ),
        migrations.AddIndex(
            model_name="comment",
            index=models.Index(fields=["room", "at_ms"], name="comment_by_time"),
        ),
    ]

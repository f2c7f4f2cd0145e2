from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    """Comments keep when they were edited, and the place of their last change among the events of the chat."""

    dependencies = [("chat", "0004_comments_by_position_and_time")]

    operations = [
        migrations.AddField(
            model_name="comment",
            name="changed_seq",
            field=models.BigIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="comment",
            name="edited_ms",
            field=models.FloatField(blank=True, null=True),
        ),
        migrations.AddIndex(
            model_name="comment",
            index=models.Index(
                condition=models.Q(("changed_seq__isnull", False)),
                fields=["room", "changed_seq"],
                name="comment_changed_seq",
            ),
        ),
    ]

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models

# `length` of binary data is its number of bytes, on PostgreSQL and SQLite.
FILL = """
UPDATE chat_commentimage SET size = length(data),
    sender_id = (SELECT person_id FROM chat_comment WHERE chat_comment.id = chat_commentimage.comment_id)
"""


class Migration(migrations.Migration):
    dependencies = [
        ("chat", "0010_notices"),
        ("rooms", "0021_rules_before_an_act"),
    ]

    operations = [
        migrations.AddField(
            model_name="commentimage",
            name="sender",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="rooms.person",
            ),
        ),
        migrations.AddField(
            model_name="commentimage",
            name="size",
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.AddIndex(
            model_name="commentimage",
            index=models.Index(fields=["sender", "size"], name="image_space"),
        ),
    ]

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """Drop the index on the room: another index begins with the room, and each row writes one index less."""

    dependencies = [
        ("chat", "0001_comments"),
        ("rooms", "0003_pulse"),
    ]

    operations = [
        migrations.AlterField(
            model_name="comment",
            name="room",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="comments",
                to="rooms.room",
            ),
        ),
    ]

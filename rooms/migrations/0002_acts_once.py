from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("rooms", "0001_rooms"),
    ]

    operations = [
        migrations.AddField(
            model_name="moderationact",
            name="at_ms",
            field=models.FloatField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="moderationact",
            name="event_id",
            field=models.CharField(blank=True, max_length=64, null=True),
        ),
        migrations.AddField(
            model_name="moderationact",
            name="revision",
            field=models.BigIntegerField(blank=True, null=True),
        ),
        migrations.AddConstraint(
            model_name="moderationact",
            constraint=models.UniqueConstraint(
                fields=("room", "by", "event_id"), name="act_once_per_event_id"
            ),
        ),
    ]

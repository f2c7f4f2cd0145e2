import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("playback", "0004_library"),
        ("rooms", "0001_rooms"),
    ]

    operations = [
        migrations.CreateModel(
            name="DevicePlayer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("device_id", models.CharField(max_length=16, unique=True)),
                ("name", models.CharField(blank=True, default="", max_length=60)),
                ("revision", models.BigIntegerField(default=0)),
                ("placed", models.BigIntegerField(default=0)),
                ("ordered", models.BigIntegerField(default=0)),
                ("entries", models.JSONField(blank=True, default=list)),
                ("count", models.PositiveIntegerField(default=0)),
                ("item", models.BigIntegerField(blank=True, null=True)),
                ("current", models.CharField(blank=True, max_length=24, null=True)),
                ("position", models.FloatField(default=0)),
                ("at_ms", models.FloatField(default=0)),
                ("heard_ms", models.FloatField(default=0)),
                ("is_playing", models.BooleanField(default=False)),
                ("rate", models.FloatField(default=1)),
                ("repeat", models.CharField(default="off", max_length=3)),
                ("sounding", models.CharField(blank=True, max_length=40, null=True)),
                ("seen_ms", models.FloatField(default=0)),
                (
                    "person",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="players",
                        to="rooms.person",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="PlayerHistory",
            fields=[
                (
                    "player",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="history",
                        serialize=False,
                        to="playback.deviceplayer",
                    ),
                ),
                ("done", models.JSONField(blank=True, default=list)),
                ("undone", models.JSONField(blank=True, default=list)),
                ("answered", models.JSONField(blank=True, default=list)),
            ],
        ),
        migrations.AddIndex(
            model_name="deviceplayer",
            index=models.Index(fields=["person", "-seen_ms"], name="deviceplayer_of_person"),
        ),
        migrations.AddConstraint(
            model_name="deviceplayer",
            constraint=models.CheckConstraint(
                condition=models.Q(("repeat__in", ("off", "all", "one"))), name="deviceplayer_repeat_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="deviceplayer",
            constraint=models.CheckConstraint(
                condition=models.Q(("rate__gte", 0.25), ("rate__lte", 3.0)), name="deviceplayer_rate_in_range"
            ),
        ),
    ]

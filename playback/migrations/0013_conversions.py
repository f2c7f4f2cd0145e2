import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("playback", "0012_facts_of_items"),
        ("rooms", "0007_token_ends"),
    ]

    operations = [
        migrations.AddField(
            model_name="mediaitem",
            name="prepared",
            field=models.CharField(blank=True, default="", editable=False, max_length=40),
        ),
        migrations.CreateModel(
            name="Conversion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(max_length=9)),
                ("height", models.PositiveIntegerField(default=0)),
                ("state", models.CharField(default="queued", max_length=9)),
                ("progress", models.FloatField(default=0)),
                ("speed", models.FloatField(blank=True, null=True)),
                ("attempts", models.PositiveIntegerField(default=0)),
                ("stops", models.PositiveIntegerField(default=0)),
                ("worker", models.CharField(blank=True, default="", max_length=60)),
                ("lease_until_ms", models.FloatField(default=0)),
                ("error", models.CharField(blank=True, default="", max_length=300)),
                ("entry", models.CharField(max_length=20)),
                ("playable", models.BooleanField(default=False)),
                ("duration", models.FloatField(blank=True, null=True)),
                ("size", models.BigIntegerField(default=0)),
                ("source_size", models.BigIntegerField(default=0)),
                ("source_changed_ns", models.BigIntegerField(default=0)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
                ("played_at", models.DateTimeField(blank=True, null=True)),
                (
                    "asked_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="conversions",
                        to="rooms.person",
                    ),
                ),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="conversions",
                        to="playback.mediaitem",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("state__in", ("queued", "running"))),
                        fields=["id"],
                        name="conversion_active",
                    ),
                    models.Index(fields=["finished_at"], name="conversion_finished"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ("queued", "running"))),
                        fields=("item",),
                        name="conversion_one_active",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("state__in", ("queued", "running", "done", "failed", "cancelled"))
                        ),
                        name="conversion_state_known",
                    ),
                ],
            },
        ),
    ]

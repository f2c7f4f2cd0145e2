from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("playback", "0003_one_index_less")]

    operations = [
        migrations.CreateModel(
            name="MediaItem",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("title", models.CharField(max_length=300)),
                ("artist", models.CharField(blank=True, default="", max_length=300)),
                ("album", models.CharField(blank=True, default="", max_length=300)),
                ("duration", models.FloatField(blank=True, null=True)),
                ("kind", models.CharField(max_length=5)),
                ("mime", models.CharField(max_length=80)),
                ("path", models.CharField(max_length=1000, unique=True)),
                ("size", models.BigIntegerField(default=0)),
                ("changed_ns", models.BigIntegerField(default=0)),
                ("cover", models.CharField(blank=True, default="", max_length=80)),
                ("uploaded", models.BooleanField(default=False)),
                ("missing", models.BooleanField(default=False)),
                ("added_at", models.DateTimeField(auto_now_add=True)),
                ("words", models.TextField(default="", editable=False)),
                ("sort_title", models.CharField(default="", editable=False, max_length=300)),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("missing", False)),
                        fields=["sort_title", "id"],
                        name="mediaitem_page",
                    ),
                    models.Index(fields=["cover"], name="mediaitem_cover"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ("audio", "video"))), name="mediaitem_kind_known"
                    )
                ],
            },
        ),
    ]

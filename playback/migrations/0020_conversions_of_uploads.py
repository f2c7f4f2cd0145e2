import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

ACTIVE = ("queued", "running")


def reference(to: str) -> models.ForeignKey:
    return models.ForeignKey(
        to,
        blank=True,
        null=True,
        on_delete=django.db.models.deletion.CASCADE,
        related_name="conversions",
    )


class Migration(migrations.Migration):
    dependencies = [("playback", "0019_light_pictures")]

    operations = [
        migrations.AddField("upload", "facts", models.JSONField(blank=True, editable=False, null=True)),
        migrations.AddField(
            "upload", "plays", models.CharField(blank=True, default="", editable=False, max_length=9)
        ),
        migrations.AddField("upload", "starts_directly", models.BooleanField(default=True, editable=False)),
        migrations.AddField(
            "upload", "prepared", models.CharField(blank=True, default="", editable=False, max_length=40)
        ),
        migrations.AddField("conversion", "upload", reference("playback.upload")),
        migrations.AlterField("conversion", "item", reference("playback.mediaitem")),
        migrations.AddConstraint(
            "conversion",
            models.UniqueConstraint(
                fields=["upload"], condition=Q(state__in=ACTIVE), name="conversion_one_active_of_upload"
            ),
        ),
        migrations.AddConstraint(
            "conversion",
            models.CheckConstraint(
                condition=Q(item=None, upload__isnull=False) | Q(item__isnull=False, upload=None),
                name="conversion_of_one_file",
            ),
        ),
    ]

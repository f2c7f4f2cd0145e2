from __future__ import annotations

from django.db import migrations, models

SAMPLES_AT = "/media/samples/"


def call_estimates_so(apps, schema_editor):
    """Every duration except those of samples came from tags or from a player."""
    rows = apps.get_model("playback", "Playback").objects.filter(duration__isnull=False)
    rows.exclude(media__url__startswith=SAMPLES_AT).update(duration_source="metadata")


class Migration(migrations.Migration):
    dependencies = [("playback", "0007_packed_history")]

    operations = [
        migrations.AddField(
            model_name="playback",
            name="duration_source",
            field=models.CharField(default="exact", max_length=8),
        ),
        migrations.AddField(
            model_name="playback",
            name="duration_refuted",
            field=models.FloatField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="playbackevent",
            name="duration_source",
            field=models.CharField(default="exact", max_length=8),
        ),
        migrations.RunPython(call_estimates_so, migrations.RunPython.noop),
    ]

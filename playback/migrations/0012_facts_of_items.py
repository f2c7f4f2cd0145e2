from django.db import migrations, models


def samples_play(apps, schema_editor):
    """No scan reads the samples; how other items play is unknown until the next scan."""
    apps.get_model("playback", "MediaItem").objects.filter(path__startswith="/").update(plays="direct")


class Migration(migrations.Migration):
    dependencies = [("playback", "0011_uploads")]

    operations = [
        migrations.AddField(
            model_name="mediaitem",
            name="facts",
            field=models.JSONField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name="mediaitem",
            name="plays",
            field=models.CharField(blank=True, default="", editable=False, max_length=9),
        ),
        migrations.AddField(
            model_name="mediaitem",
            name="why",
            field=models.CharField(blank=True, default="", editable=False, max_length=300),
        ),
        migrations.AddField(
            model_name="mediaitem",
            name="starts_directly",
            field=models.BooleanField(default=True, editable=False),
        ),
        migrations.RunPython(samples_play, migrations.RunPython.noop),
    ]

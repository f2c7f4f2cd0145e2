from django.db import migrations, models
from django.db.models import Q

from playback.domain.albums import album_key

BATCH = 500


def fill_in(apps, schema_editor):
    """By folder for what is there already: whose album it is the next scan finds out."""
    items = apps.get_model("playback", "MediaItem").objects
    after = 0
    while batch := list(items.filter(pk__gt=after).order_by("pk").only("album", "artist", "path")[:BATCH]):
        after = batch[-1].pk
        for item in batch:
            item.album_key = album_key(item.album, "", item.artist, item.path)
        items.bulk_update(batch, ["album_key"])


class Migration(migrations.Migration):
    dependencies = [("playback", "0008_source_of_length")]

    operations = [
        migrations.AddField(
            model_name="mediaitem",
            name="album_artist",
            field=models.CharField(blank=True, max_length=300, null=True),
        ),
        migrations.AddField(
            model_name="mediaitem",
            name="album_key",
            field=models.CharField(default="", editable=False, max_length=20),
        ),
        migrations.RunPython(fill_in, migrations.RunPython.noop),
        migrations.AddIndex(
            model_name="mediaitem",
            index=models.Index(
                condition=Q(missing=False),
                fields=["album_key", "sort_place", "id"],
                name="mediaitem_of_album",
            ),
        ),
    ]

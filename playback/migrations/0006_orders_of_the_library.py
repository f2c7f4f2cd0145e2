from django.db import migrations, models
from django.db.models import Q

from playback.domain.sort_keys import folded, name_key, place_key, sort_key

BATCH = 500
MADE = ["words", "sort_title", "sort_artist", "sort_album", "sort_place"]


def fill_in(apps, schema_editor):
    """What is searched and sorted by from here on, for those that were there before: words were folded otherwise."""
    items = apps.get_model("playback", "MediaItem").objects
    after = 0
    while batch := list(items.filter(pk__gt=after).order_by("pk")[:BATCH]):
        after = batch[-1].pk
        for item in batch:
            item.words = folded("\n".join((item.title, item.artist, item.album)))
            item.sort_title = sort_key(item.title, 300)
            item.sort_artist, item.sort_album = name_key(item.artist, 100), name_key(item.album, 100)
            item.sort_place = place_key(item.path, 200)
        items.bulk_update(batch, MADE)


class Migration(migrations.Migration):
    dependencies = [("playback", "0005_player")]

    operations = [
        migrations.AddField(
            model_name="mediaitem",
            name="sort_artist",
            field=models.CharField(default="", editable=False, max_length=100),
        ),
        migrations.AddField(
            model_name="mediaitem",
            name="sort_album",
            field=models.CharField(default="", editable=False, max_length=100),
        ),
        migrations.AddField(
            model_name="mediaitem",
            name="sort_place",
            field=models.CharField(default="", editable=False, max_length=200),
        ),
        migrations.RunPython(fill_in, migrations.RunPython.noop),
        migrations.AddIndex(
            model_name="mediaitem",
            index=models.Index(
                condition=Q(missing=False),
                fields=["sort_artist", "sort_album", "sort_place", "id"],
                name="mediaitem_by_artist",
            ),
        ),
        migrations.AddIndex(
            model_name="mediaitem",
            index=models.Index(
                condition=Q(missing=False),
                fields=["sort_album", "sort_place", "id"],
                name="mediaitem_by_album",
            ),
        ),
    ]

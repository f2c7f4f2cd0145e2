import re
import unicodedata

from django.db import migrations, models
from django.db.models import Q

BATCH = 500
COMPUTED = ["words", "sort_title", "sort_artist", "sort_album", "sort_place"]
# Frozen copies of playback.domain.sort_keys as of this migration.
PLAIN = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "ħ": "h", "\u0131": "i", "æ": "ae", "œ": "oe", "þ": "th"}
)


def folded(text):
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter)).translate(PLAIN)


def sort_key(text, limit):
    return re.sub("[0-9]{1,9}", lambda number: number[0].zfill(9), folded(text))[:limit]


def name_key(text, limit):
    return f"1{sort_key(text, limit - 1)}" if text else "2"


def path_key(path, limit):
    return sort_key(path, 9 * len(path))[-limit:]


def fill_in(apps, schema_editor):
    """Compute the search text and sort keys of existing items; `words` were folded by another rule before."""
    items = apps.get_model("playback", "MediaItem").objects
    after = 0
    while batch := list(items.filter(pk__gt=after).order_by("pk")[:BATCH]):
        after = batch[-1].pk
        for item in batch:
            item.words = folded("\n".join((item.title, item.artist, item.album)))
            item.sort_title = sort_key(item.title, 300)
            item.sort_artist, item.sort_album = name_key(item.artist, 100), name_key(item.album, 100)
            item.sort_place = path_key(item.path, 200)
        items.bulk_update(batch, COMPUTED)


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

import re
import unicodedata
from hashlib import sha256
from pathlib import PurePosixPath

from django.db import migrations, models
from django.db.models import Q

BATCH = 500
# Frozen copies of playback.domain.albums and sort_keys as of this migration.
PLAIN = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "ħ": "h", "\u0131": "i", "æ": "ae", "œ": "oe", "þ": "th"}
)
DISC = re.compile(r"(?<![^\W_])(cd|dis[ck]|disque|dvd)[\s_.#\-]{0,3}\d{1,2}(?![^\W_])", re.IGNORECASE)


def plain(text):
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    folded = "".join(letter for letter in decomposed if not unicodedata.combining(letter)).translate(PLAIN)
    return " ".join(folded.split())


def album_folder(path):
    folder = PurePosixPath(path).parent
    disc = DISC.search(folder.name)
    return (folder.parent / folder.name[: disc.start()].rstrip(" _.,-([") if disc else folder).as_posix()


def album_key(album, artist, path):
    if not (name := plain(album)):
        return ""
    owner = f"upload {plain(artist)}" if path.startswith("uploads/") else f"folder {album_folder(path)}"
    return sha256(f"{name}\n{owner}".encode("utf-8", "replace")).hexdigest()[:20]


def fill_in(apps, schema_editor):
    """Key existing items by album and folder; the next scan reads the album artists."""
    items = apps.get_model("playback", "MediaItem").objects
    after = 0
    while batch := list(items.filter(pk__gt=after).order_by("pk").only("album", "artist", "path")[:BATCH]):
        after = batch[-1].pk
        for item in batch:
            item.album_key = album_key(item.album, item.artist, item.path)
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

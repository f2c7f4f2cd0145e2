from django.db import migrations

BATCH = 100


def packed(document):
    if isinstance(document, str):
        return document
    current, position_s, *pairs = document
    plays = pairs.pop(0) if pairs and isinstance(pairs[0], bool) else False
    entries = " ".join(f"{entry_id}:{item}" for entry_id, item in pairs)
    return f"{len(pairs)}|{current or ''}|{float(position_s)!r}|{int(plays)}|{entries}"


def unpacked(document):
    if not isinstance(document, str):
        return document
    _, current, position_s, plays, entries = document.split("|")
    pairs = (pair.split(":") for pair in entries.split())
    return [current or None, float(position_s), plays == "1", *([one, int(item)] for one, item in pairs)]


def rewrite(convert):
    def each(apps, schema_editor):
        rows = apps.get_model("playback", "PlayerHistory").objects
        last = 0
        while batch := list(rows.filter(pk__gt=last).order_by("pk")[:BATCH]):
            for row in batch:
                row.done, row.undone = list(map(convert, row.done)), list(map(convert, row.undone))
            rows.bulk_update(batch, ["done", "undone"])
            last = batch[-1].pk

    return each


class Migration(migrations.Migration):
    """What a player can undo: a string each instead of a list for each entry."""

    dependencies = [
        ("playback", "0006_orders_of_the_library"),
    ]

    operations = [
        migrations.RunPython(rewrite(packed), rewrite(unpacked)),
    ]

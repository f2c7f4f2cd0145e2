from django.db import migrations


def drop(apps, schema_editor) -> None:
    """Earlier versions require an item. A migration of its own: PostgreSQL alters no table with pending deletions."""
    apps.get_model("playback", "Conversion").objects.filter(item=None).delete()


class Migration(migrations.Migration):
    dependencies = [("playback", "0020_conversions_of_uploads")]

    operations = [migrations.RunPython(migrations.RunPython.noop, drop)]

from django.db import migrations, models

# Each lease is renewed every three seconds. With room on its page and no index on what changes, PostgreSQL writes the
# new row beside the old one and leaves all indexes alone.


def make_room(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("ALTER TABLE rooms_connection SET (fillfactor = 50)")


def fill_up(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("ALTER TABLE rooms_connection RESET (fillfactor)")


class Migration(migrations.Migration):
    dependencies = [
        ("rooms", "0004_ended"),
    ]

    operations = [
        migrations.AlterField("connection", "lapses_at_ms", models.FloatField()),
        migrations.RunPython(make_room, fill_up),
    ]

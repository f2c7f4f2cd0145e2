from django.db import migrations, models

# Each lease is renewed every three seconds. With free space on its page and no index on the changed column, PostgreSQL
# writes the new row version to the same page and updates no index (HOT update).


def set_fillfactor(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("ALTER TABLE rooms_connection SET (fillfactor = 50)")


def reset_fillfactor(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("ALTER TABLE rooms_connection RESET (fillfactor)")


class Migration(migrations.Migration):
    dependencies = [
        ("rooms", "0004_ended"),
    ]

    operations = [
        migrations.AlterField("connection", "lapses_at_ms", models.FloatField()),
        migrations.RunPython(set_fillfactor, reset_fillfactor),
    ]

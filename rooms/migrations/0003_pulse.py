from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("rooms", "0002_acts_once"),
    ]

    operations = [
        migrations.CreateModel(
            name="Pulse",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("process", models.CharField(blank=True, max_length=16)),
                ("turn_at_ms", models.FloatField(default=0)),
                ("at_ms", models.FloatField(default=0)),
                ("granted_ms", models.FloatField(default=0)),
            ],
        ),
    ]

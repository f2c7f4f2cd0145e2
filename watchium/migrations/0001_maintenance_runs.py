from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    operations = [
        migrations.CreateModel(
            name="MaintenanceRun",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("process", models.CharField(blank=True, default="", max_length=16)),
                ("began_ms", models.FloatField(default=0)),
                ("finished_ms", models.FloatField(default=0)),
                ("succeeded_ms", models.FloatField(default=0)),
                ("rows", models.BigIntegerField(default=0)),
                ("problem", models.CharField(blank=True, default="", max_length=200)),
            ],
        ),
    ]

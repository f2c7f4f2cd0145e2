from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("rooms", "0003_pulse"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="connection",
            index=models.Index(
                fields=["process"], name="connection_ended", condition=models.Q(("closed", True))
            ),
        ),
    ]

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("rooms", "0007_token_ends")]

    operations = [
        migrations.AddField("room", "queue_revision", models.BigIntegerField(default=0)),
    ]

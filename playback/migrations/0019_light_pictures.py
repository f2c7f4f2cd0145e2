from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("playback", "0018_networks_of_captions")]

    operations = [
        migrations.AddField("conversion", "light", models.PositiveIntegerField(default=0)),
    ]

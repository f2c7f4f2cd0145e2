from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("playback", "0015_room_captions")]

    operations = [
        migrations.AddField("conversion", "light", models.PositiveIntegerField(default=0)),
    ]

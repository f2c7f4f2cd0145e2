from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("rooms", "0026_player_guests")]
    operations = [migrations.AddField("roomcover", "small", models.BinaryField(default=b""))]

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_linked_sign_ins")]

    operations = [
        migrations.CreateModel(
            name="UsedChallenge",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("challenge", models.CharField(max_length=120, unique=True)),
                ("used_at", models.DateTimeField(db_index=True)),
            ],
        ),
    ]

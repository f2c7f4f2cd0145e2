from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("rooms", "0006_account_names"),
    ]

    operations = [
        migrations.AddField(
            model_name="token",
            name="ends_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
    ]

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from rooms.models.account_names import keys_of

BATCH = 500


def claim_names(apps, schema_editor):
    """Names that look alike already stay in use: the oldest account holds their key."""
    user = apps.get_model(settings.AUTH_USER_MODEL)
    account_name = apps.get_model("rooms", "AccountName")
    rows = []
    for pk, name in user.objects.order_by("pk").values_list("pk", "username").iterator(BATCH):
        rows += [account_name(account_id=pk, key=key) for key in keys_of(name)]
        if len(rows) >= BATCH:
            account_name.objects.bulk_create(rows, ignore_conflicts=True)
            rows = []
    account_name.objects.bulk_create(rows, ignore_conflicts=True)


class Migration(migrations.Migration):
    dependencies = [
        ("rooms", "0005_leases_in_place"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="AccountName",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.CharField(max_length=200, unique=True)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="name_keys",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.RunPython(claim_names, migrations.RunPython.noop),
    ]

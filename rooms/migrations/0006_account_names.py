import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# Application code, on purpose: pure, and its table of confusable characters is too large to repeat here.
from watchium.confusables import look_alike_keys

BATCH = 500
KEY_CHARS = 200


def keys_of(name):
    """Sorted, so that concurrent transactions insert the same keys in the same order and cannot deadlock."""
    return sorted({key[:KEY_CHARS] for key in look_alike_keys(name)})


def claim_names(apps, schema_editor):
    """Give each account the keys of its name; of existing names that look alike the oldest account gets the key."""
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

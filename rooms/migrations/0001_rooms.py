import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="ClockAnchor",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("boot_id", models.CharField(max_length=64, unique=True)),
                ("anchor_ms", models.FloatField()),
                ("created_at", models.DateTimeField(auto_now_add=True)),
            ],
        ),
        migrations.CreateModel(
            name="Person",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("user_id", models.CharField(max_length=18, unique=True)),
                ("username", models.CharField(max_length=40)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("last_seen_at", models.DateTimeField(db_index=True, default=django.utils.timezone.now)),
                (
                    "account",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="person",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "people",
            },
        ),
        migrations.CreateModel(
            name="Member",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("username", models.CharField(max_length=48)),
                ("address_hash", models.CharField(blank=True, max_length=64)),
                (
                    "role",
                    models.CharField(
                        choices=[("host", "Host"), ("moderator", "Moderator"), ("member", "Member")],
                        default="member",
                        max_length=9,
                    ),
                ),
                ("present", models.BooleanField(default=False)),
                ("here_since_ms", models.FloatField(default=0)),
                ("joined_at", models.DateTimeField(auto_now_add=True)),
                ("left_at", models.DateTimeField(blank=True, null=True)),
                ("last_heartbeat", models.DateTimeField(blank=True, null=True)),
                ("position", models.FloatField(blank=True, null=True)),
                ("is_synced", models.BooleanField(null=True)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="memberships",
                        to="rooms.person",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Room",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("room_id", models.CharField(max_length=10, unique=True)),
                ("title", models.CharField(max_length=80)),
                (
                    "visibility",
                    models.CharField(
                        choices=[("public", "Public"), ("unlisted", "Unlisted"), ("private", "Private")],
                        default="unlisted",
                        max_length=8,
                    ),
                ),
                ("passphrase", models.CharField(blank=True, max_length=128)),
                (
                    "control_policy",
                    models.CharField(
                        choices=[("host", "Host"), ("moderators", "Moderators"), ("everyone", "Everyone")],
                        default="host",
                        max_length=10,
                    ),
                ),
                ("is_demo", models.BooleanField(default=False)),
                ("revision", models.BigIntegerField(default=0)),
                ("comment_seq", models.BigIntegerField(default=0)),
                ("epoch", models.CharField(max_length=8)),
                ("seat_until_ms", models.FloatField(blank=True, null=True)),
                ("seat_hold_s", models.PositiveSmallIntegerField(default=20)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("last_active_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "owner",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="owned_rooms",
                        to="rooms.person",
                    ),
                ),
                (
                    "successor",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="rooms.member",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ModerationAct",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("kind", models.CharField(max_length=20)),
                ("why", models.CharField(blank=True, max_length=200)),
                ("details", models.JSONField(default=dict)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("undone_at", models.DateTimeField(blank=True, null=True)),
                (
                    "by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="rooms.person",
                    ),
                ),
                (
                    "target",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="rooms.person",
                    ),
                ),
                (
                    "room",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="acts", to="rooms.room"
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="member",
            name="room",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="members", to="rooms.room"
            ),
        ),
        migrations.CreateModel(
            name="Ban",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("address_hash", models.CharField(blank=True, max_length=64)),
                ("until", models.DateTimeField()),
                ("lifted_at", models.DateTimeField(blank=True, null=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "person",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="rooms.person",
                    ),
                ),
                (
                    "room",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="bans", to="rooms.room"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Token",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("last_used_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="tokens", to="rooms.person"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Connection",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("device_id", models.CharField(blank=True, max_length=16)),
                ("process", models.CharField(max_length=16)),
                ("closed", models.BooleanField(default=False)),
                ("opened_at_ms", models.FloatField()),
                ("lapses_at_ms", models.FloatField(db_index=True)),
                (
                    "member",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="connections",
                        to="rooms.member",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["device_id"], name="connection_device")],
            },
        ),
        migrations.AddIndex(
            model_name="room",
            index=models.Index(fields=["visibility", "closed_at", "-last_active_at"], name="room_listed"),
        ),
        migrations.AddIndex(
            model_name="room",
            index=models.Index(
                condition=models.Q(("seat_until_ms__isnull", False)),
                fields=["seat_until_ms"],
                name="room_seat_until",
            ),
        ),
        migrations.AddIndex(
            model_name="room",
            index=models.Index(fields=["last_active_at"], name="room_last_active"),
        ),
        migrations.AddConstraint(
            model_name="room",
            constraint=models.CheckConstraint(
                condition=models.Q(("comment_seq__gte", 0), ("revision__gte", 0)),
                name="room_counters_not_negative",
            ),
        ),
        migrations.AddIndex(
            model_name="member",
            index=models.Index(fields=["room", "-last_heartbeat", "is_synced"], name="member_presence"),
        ),
        migrations.AddIndex(
            model_name="member",
            index=models.Index(fields=["room", "present", "here_since_ms"], name="member_present"),
        ),
        migrations.AddConstraint(
            model_name="member",
            constraint=models.UniqueConstraint(fields=("room", "person"), name="member_once_per_room"),
        ),
        migrations.AddConstraint(
            model_name="member",
            constraint=models.UniqueConstraint(
                condition=models.Q(("role", "host")), fields=("room",), name="member_one_host_per_room"
            ),
        ),
        migrations.AddConstraint(
            model_name="member",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("role", "host"), _negated=True), ("left_at", None), _connector="OR"
                ),
                name="member_host_has_not_left",
            ),
        ),
        migrations.AddIndex(
            model_name="ban",
            index=models.Index(fields=["room", "until"], name="ban_room_until"),
        ),
    ]

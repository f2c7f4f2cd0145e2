from __future__ import annotations

from typing import Any

from django.db import migrations, models


def pause_what_waits(apps: Any, schema_editor: Any) -> None:
    """Pause waiting rooms on the way back: the earlier version would never resume them."""
    apps.get_model("playback", "Playback").objects.filter(phase="holding").update(phase="paused")


class Migration(migrations.Migration):
    dependencies = [("playback", "0001_playback")]

    operations = [
        migrations.AddField("playback", "stall_policy", models.CharField(default="carry_on", max_length=8)),
        migrations.AddField("playback", "stall_wait_s", models.PositiveSmallIntegerField(default=8)),
        migrations.AddField("playback", "hold", models.JSONField(blank=True, null=True)),
        migrations.AddField("playback", "hold_until_ms", models.FloatField(blank=True, null=True)),
        migrations.AddField("playback", "waited", models.JSONField(blank=True, default=dict)),
        migrations.AddIndex(
            "playback",
            models.Index(
                condition=models.Q(("hold_until_ms__isnull", False)),
                fields=["hold_until_ms"],
                name="playback_hold_until",
            ),
        ),
        migrations.AddConstraint(
            "playback",
            models.CheckConstraint(
                condition=models.Q(("stall_policy__in", ("carry_on", "wait"))),
                name="playback_stall_policy_known",
            ),
        ),
        migrations.AddConstraint(
            "playback",
            models.CheckConstraint(
                condition=models.Q(("stall_wait_s__gte", 1), ("stall_wait_s__lte", 30)),
                name="playback_stall_wait_in_range",
            ),
        ),
        migrations.AddConstraint(
            "playback",
            models.CheckConstraint(
                condition=models.Q(
                    models.Q(("phase", "holding"), _negated=True),
                    ("hold_until_ms__isnull", False),
                    _connector="OR",
                ),
                name="playback_hold_ends",
            ),
        ),
        migrations.RunPython(migrations.RunPython.noop, pause_what_waits),
    ]

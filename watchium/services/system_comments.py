"""What happened in rooms and playback, as system comments: the one call upwards, inside the deed's transaction."""

from __future__ import annotations

from typing import Any

from django.dispatch import receiver
from django.utils.translation import gettext as _

from chat.actions import post_system_comment
from playback.room import queries
from playback.signals import media_loaded
from rooms import signals
from rooms.models import ControlPolicy, Member, Room
from watchium import server_clock
from watchium.protocol.types import Media


@receiver(signals.member_joined)
def say_who_joined(*, member: Member, **_kwargs: Any) -> None:
    _say(member.room, _("%(name)s joined") % {"name": member.username})


@receiver(signals.member_left)
def say_who_left(*, member: Member, reason: str, **_kwargs: Any) -> None:
    left = _("%(name)s was removed") if reason in ("removed", "banned") else _("%(name)s left")
    _say(member.room, left % {"name": member.username})


@receiver(signals.host_changed)
def say_who_hosts(*, room: Room, member: Member | None, **_kwargs: Any) -> None:
    if member is None:
        _say(room, _("Nobody is the host right now"))
    else:
        _say(room, _("%(name)s is the host now") % {"name": member.username})


@receiver(signals.room_changed)
def say_what_changed(*, room: Room, changed: list[str], **_kwargs: Any) -> None:
    if "title" in changed:
        _say(room, _("This room is called %(title)s now") % {"title": room.title})
    if "control_policy" in changed:
        _say(room, _controllers(room))


@receiver(media_loaded)
def say_what_plays(*, room: Room, media: Media, **_kwargs: Any) -> None:
    _say(room, _("Playing: %(title)s") % {"title": media.title}, position_s=0)


def _controllers(room: Room) -> str:
    match room.control_policy:
        case ControlPolicy.EVERYONE:
            return _("Everyone can control playback now")
        case ControlPolicy.MODERATORS:
            return _("The host and moderators can control playback now")
        case _other:
            return _("Only the host can control playback now")


def _say(room: Room, text: str, position_s: float | None = None) -> None:
    now_ms = server_clock.now_ms()
    if position_s is None:
        position_s = queries.position_now(room, now_ms)
    post_system_comment(room, text, position_s, now_ms=now_ms)

"""Rooms and members as structs of the protocol."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from rooms.domain.rights import exceptions_of
from rooms.host_succession import next_host
from rooms.models import Ban, JoinRequest, Member, ModerationAct, Person, Room
from watchium.protocol.moderation.events import ActState, BanState, ModerationState
from watchium.protocol.types import ChatRules, HostGrace, MemberState, RoomRights, RoomState, UserRef, You


def _exceptions_of(member: Member) -> dict[str, bool]:
    return {str(right): given for right, given in exceptions_of(member.exceptions).items()}


def member_state(member: Member) -> MemberState:
    return MemberState(
        user_id=member.person.user_id,
        username=member.username,
        avatar_url=None,
        role=member.role,
        may_control=member.may_control,
        exceptions=_exceptions_of(member),
        muted_until=member.muted_until_ms,
    )


def present_members(room_ids: list[str]) -> dict[str, list[MemberState]]:
    """Return the present members by room_id, longest present first, in one query."""
    by_room: dict[str, list[MemberState]] = {}
    for member in Member.objects.present_in(room_ids):
        by_room.setdefault(member.room.room_id, []).append(member_state(member))
    return by_room


def you_state(member: Member, device_id: str) -> You:
    return You(
        user_id=member.person.user_id,
        username=member.username,
        avatar_url=None,
        role=member.role,
        may_control=member.may_control,
        exceptions=_exceptions_of(member),
        muted_until=member.muted_until_ms,
        device_id=device_id or None,
        is_owner=member.is_owner,
        may_moderate=member.may_moderate,
    )


def host_state(room: Room, host: Member | None) -> HostGrace | None:
    """Return the host's grace period with the next host, or None if none is running."""
    if host is None or room.seat_until_ms is None:
        return None
    candidate = next_host([m for m in room.members.present() if m.pk != host.pk], room.successor_id)
    return HostGrace(
        user_id=host.person.user_id,
        username=host.username,
        until=room.seat_until_ms,
        next=candidate.person.user_id if candidate else None,
        next_username=candidate.username if candidate else None,
    )


def chat_rules(room: Room) -> ChatRules:
    return ChatRules(
        slow_mode_s=room.slow_mode_s,
        enabled=room.chat_enabled,
        links=room.chat_links,
        filtered=room.is_filtered,
        newcomer_wait_s=room.newcomer_wait_s,
    )


def room_state(room: Room, host: Member | None, playback_settings: dict[str, Any]) -> RoomState:
    """Build the room's state; another app stores `playback_settings`."""
    return RoomState(
        room_id=room.room_id,
        title=room.title,
        visibility=room.visibility,
        control_policy=room.control_policy,
        owner_id=room.owner.user_id if room.owner else None,
        host_id=host.person.user_id if host else None,
        seat=host_state(room, host),
        epoch=room.epoch,
        keep_evenings=room.keep_evenings,
        seat_hold_s=room.seat_hold_s,
        capacity=room.capacity,
        knock=room.knock,
        successor_id=room.successor_user_id,
        rights=RoomRights(**room.levels),  # type: ignore[arg-type]  # keys and values are strings
        chat=chat_rules(room),
        **playback_settings,
    )


# ---------------------------------------------------------------- moderation


def moderation_state(reader: Member, *, now_ms: float, now: datetime) -> ModerationState:
    """Build the lists for who may moderate, in six queries. `now_ms` is server time, `now` wall time."""
    room, leaders = reader.room, Member.objects.leaders(reader.room)
    muted = [member for member in Member.objects.muted(room, now_ms) if not _is_hidden(member, reader)]
    acts = ModerationAct.objects.latest_mutes(room, [member.person_id for member in muted])
    bans = [
        *(_mute_state(member, acts.get(member.person_id), reader) for member in muted),
        *(_ban_state(ban, reader, leaders) for ban in Ban.objects.in_force(room, now)),
    ]
    return ModerationState(
        bans=bans,
        acts=[
            act_state(act, reader, leaders) for act in ModerationAct.objects.latest_in(room, reader.person)
        ],
        filter=room.chat_filter.splitlines(),
        admitted=[
            UserRef(user_id=request.person.user_id, username=request.username)
            for request in JoinRequest.objects.admitted(room)
        ],
    )


def _is_hidden(member: Member, reader: Member) -> bool:
    """Nobody reads of their own quiet mute."""
    return member.pk == reader.pk and member.quiet_mute_until_ms is not None


def act_state(act: ModerationAct, reader: Member, leaders: set[int]) -> ActState:
    """The act as this member sees it: the name of an account in the admin stays there."""
    details = act.details
    undo_until = act.undo_until if reader.why_not_undo(act, leaders) is None else None
    until = details.get("until")
    return ActState(
        id=act.pk,
        kind=act.kind,
        at=act.created_at.timestamp() * 1000,
        by=_user(act.by),
        target=_user(act.target, details.get("name", "")),
        reason="" if act.is_by_staff else act.why,
        until=details.get("until_ms") or (until and datetime.fromisoformat(until).timestamp() * 1000),
        text=details.get("text"),
        comment_id=details.get("comment"),
        undone=act.undone_at is not None,
        undo_until=undo_until.timestamp() * 1000 if undo_until else None,
        quiet=act.is_quiet,
    )


def _mute_state(member: Member, act: ModerationAct | None, reader: Member) -> BanState:
    member.room = reader.room
    is_by_staff = act is not None and act.is_by_staff
    return BanState(
        id=None,
        kind="mute",
        user=_user(member.person, member.username),
        until=member.muted_until_ms or member.quiet_mute_until_ms or 0.0,
        reason=_reason(act),
        by=_user(act.by) if act else None,
        person_only=True,
        liftable=reader.why_not_moderate(member) is None and not is_by_staff,
        quiet=member.quiet_mute_until_ms is not None,
    )


def _ban_state(ban: Ban, reader: Member, leaders: set[int]) -> BanState:
    act = ban.act
    return BanState(
        id=ban.pk,
        kind=act.kind if act else "ban",
        user=_user(ban.person, act.details.get("name", "") if act else ""),
        until=ban.until.timestamp() * 1000,
        reason=_reason(act),
        by=_user(act.by) if act else None,
        person_only=not ban.address_hash,
        range=ban.is_range,
        liftable=act is None or reader.why_not_undo(act, leaders) is None,
    )


def _reason(act: ModerationAct | None) -> str:
    if act is None:
        return ""
    return "by the staff" if act.is_by_staff else act.why


def _user(person: Person | None, name: str = "") -> UserRef | None:
    """`name`: of the person in the room, if known."""
    return UserRef(user_id=person.user_id, username=name or person.username) if person else None

"""A room's waiting as it goes: begun by who starves or by a start, over when all are ready, at its end, or by command.

Who is ready is what all processes heard, as far as this one knows; whom the room waits for is in its row. So each
process takes those out whom it hears, and whichever finds nobody left lets the room go on.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from django.db import transaction

from playback.domain import start_lead
from playback.domain.drift import HEARD_MS
from playback.domain.stall_policy import (
    PLACE_MS,
    START_MS,
    Hold,
    attentive,
    counted,
    gate,
    ready_at,
    stall_hold,
)
from playback.domain.timeline import HOLDING, PLAYING, Timeline
from playback.models import Playback
from playback.room.event_log import Reason, record
from playback.room.status_reports import LAST
from rooms import access
from rooms.models import Member, Room
from rooms.periodic import for_each_isolated
from watchium.process_state import process_state

SAME_PLACE_S = 0.5  # a start within this of where the room stood needs no other part of the medium
TAIL_S = 1.5  # nobody waits for the last moments


@dataclass
class _State:
    waiting: set[str] = field(default_factory=set)  # room_ids, as far as this process knows: saves queries


_state = process_state(_State)


def concerns(room_id: str) -> bool:
    """Whether what is heard from this room may let it go on."""
    return room_id in _state.waiting


def gated(playback: Playback, start: Timeline, now_ms: float) -> Timeline:
    """The start as it is; where the room waits, standing still there until every player that counts is ready."""
    if not playback.waits:
        return start
    before = playback.timeline
    playback.wait(None, now_ms)
    same_place = abs(start.position_s - before.position_at(now_ms)) <= SAME_PLACE_S
    members = _unready(playback, before.revision if same_place else start.revision, now_ms)
    longest_ms = START_MS if same_place and start.position_s > 0 else PLACE_MS
    hold = gate(members, playback.patience, longest_ms, start.revision, now_ms)
    if hold is None:
        return start
    _begin(playback, hold, now_ms)
    return start.gated(at_ms=now_ms)


def starved(by: Member, now_ms: float) -> None:
    """A member's player has no data: where the room waits, it holds for them, as long as they have not had enough."""
    by = access.lock(by)
    playback = Playback.objects.of(by.room)
    before, held, patience = playback.timeline, playback.held, playback.patience
    user_id = by.person.user_id
    if not playback.waits or before.phase not in (PLAYING, HOLDING) or _not_watching(by, now_ms):
        return
    if (held and held.names(user_id)) or _nearly_over(before, now_ms):
        return
    who = (user_id, by.username)
    hold = stall_hold(who, patience, playback.stall_wait_s, before.revision + 1, now_ms)
    if hold is None:
        _remember(playback, user_id, now_ms)
        return
    _begin(playback, held.also_for(hold.who[0]) if held else hold, now_ms)
    after = before.unmoved() if held else before.held(at_ms=now_ms)
    record(playback, "timeline", after, Reason(cause="hold"), now_ms)


def recovered(by: Member, now_ms: float) -> None:
    """A member's player has data again."""
    by = access.lock(by)
    playback = Playback.objects.of(by.room)
    user_id = by.person.user_id
    _remember(playback, user_id, now_ms)
    LAST.became_ready(by.room.room_id, user_id, by.room.revision)
    never_heard = user_id not in LAST.for_room(by.room.room_id)
    _look(playback, now_ms, tell_who=never_heard, apart_from=user_id)


def release(playback: Playback, cause: str, now_ms: float) -> None:
    """Go on, from where the room stands."""
    record(playback, "timeline", released(playback, now_ms), Reason(cause=cause), now_ms)


def released(playback: Playback, now_ms: float) -> Timeline:
    lead_ms = start_lead.play_lead_ms(LAST.fresh(playback.room.room_id, now_ms))
    return playback.timeline.released(at_ms=now_ms + lead_ms)


# ---------------------------------------------------------------- looking after those that wait


def due(now_ms: float) -> int:
    """Look after all that wait: names are told anew, ended holds are over. How many changed; once a second."""
    waiting = Playback.objects.holding()
    _state.waiting = {playback.room.room_id for playback in waiting}
    return for_each_isolated(_tend_unless_busy, [playback.room_id for playback in waiting], now_ms)


@transaction.atomic
def _tend_unless_busy(room_pk: int, now_ms: float) -> bool:
    room = Room.objects.locked_unless_busy(room_pk)
    return room is not None and reevaluate(room, now_ms, tell_who=True)


def on_important_report(by: Member, now_ms: float) -> bool:
    """After a heartbeat that may matter: other processes learn of it, and a room that waits is looked at.

    That it waits may be something another process began a moment ago, so what is news to others is enough to look.
    """
    news = LAST.share(by.room.room_id)
    return (news or concerns(by.room.room_id)) and heard(by, now_ms)


@transaction.atomic
def heard(by: Member, now_ms: float) -> bool:
    """After a heartbeat from a room that waits: the last one who was not ready lets it go on at once."""
    return reevaluate(Room.objects.locked(by.room_id), now_ms, tell_who=False)


def reevaluate(room: Room, now_ms: float, *, tell_who: bool) -> bool:
    """Whether the hold changed, in a room that the caller has locked.

    Whom it is for shrinks at every look, and is told by those that `tell_who`.
    """
    return _look(Playback.objects.of(room), now_ms, tell_who=tell_who)


def _look(playback: Playback, now_ms: float, *, tell_who: bool, apart_from: str = "") -> bool:
    held = playback.held
    if held is None:
        _state.waiting.discard(playback.room.room_id)
        return False
    if held.over(now_ms):
        release(playback, "hold_ended", now_ms)
        return True
    here = {member.person.user_id for member in playback.room.members.present()} - {apart_from}
    left = held.still(LAST.for_room(playback.room.room_id), here, now_ms)
    if left.who and (left.who == held.who or not tell_who):
        return False
    if left.who:
        playback.wait(left, now_ms)
        record(playback, "timeline", playback.timeline.unmoved(), Reason(cause="hold"), now_ms)
    else:
        release(playback, "release", now_ms)
    return True


# ---------------------------------------------------------------- parts


def _begin(playback: Playback, hold: Hold, now_ms: float) -> None:
    playback.wait(hold, now_ms)
    _state.waiting.add(playback.room.room_id)


def _unready(playback: Playback, revision: int, now_ms: float) -> list[tuple[str, str]]:
    """Who is here, counts, and has not said to have the picture of that revision."""
    reports = LAST.for_room(playback.room.room_id)
    found = []
    for member in playback.room.members.present():
        seen = reports.get(member.person.user_id)
        if seen is not None and counted(seen, now_ms) and not ready_at(seen, revision):
            found.append((member.person.user_id, member.username))
    return found


def _not_watching(by: Member, now_ms: float) -> bool:
    """Who was not heard lately speaks just now; who was, may have said to be hidden or far away."""
    seen = LAST.for_room(by.room.room_id).get(by.person.user_id)
    return seen is not None and seen.fresh(now_ms, HEARD_MS) and not attentive(seen, now_ms)


def _nearly_over(timeline: Timeline, now_ms: float) -> bool:
    if timeline.duration_s is None:
        return False
    left_s = timeline.duration_s - timeline.position_at(now_ms)
    return left_s < TAIL_S and not (timeline.estimated and left_s < -TAIL_S)


def _remember(playback: Playback, user_id: str, now_ms: float) -> None:
    """Who is set aside for starving too much was just seen starving."""
    patience = playback.patience
    if user_id in patience.aside:
        playback.remember(patience.starved(user_id, now_ms))

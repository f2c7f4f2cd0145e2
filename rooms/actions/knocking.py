"""Knocking: a room may ask its host and moderators before a person joins. Who was admitted once stays on its list."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from rooms import access
from rooms.actions.log.acts import record_act
from rooms.domain.rights import Right
from rooms.models import JoinRequest, Member, ModerationAct, Person, Room
from rooms.models.join_request import WAITS, Answer
from watchium import server_clock
from watchium.protocol.errors import NotFound, RoomFull, RuleRefused
from watchium.protocol.events import Knocks, WaitingList
from watchium.protocol.types import WaitingPerson
from watchium.realtime import broadcast


def request_to_join(
    room: Room, person: Person, username: str, address_hash: str, now: datetime
) -> JoinRequest | None:
    """Return the person's waiting request, a new one if need be, or None if the person may join.

    The caller has locked the room, and the person is no member. Raises RuleRefused for a declined person and for one
    who came from the same address after a refusal, RoomFull.
    """
    if not room.knock or room.owner_id == person.pk or JoinRequest.objects.is_admitted(room, person):
        return None
    JoinRequest.objects.lapsed(now).filter(room=room).delete()
    request = JoinRequest.objects.with_user_id(room, person.user_id)
    refusal = request or JoinRequest.objects.refused_at(room, address_hash, person)
    if refusal is not None and refusal.answer == Answer.DECLINED:
        raise RuleRefused("The host did not let you in.", retry_after_ms=_left_ms(refusal.until, now))
    if request is None:
        if JoinRequest.objects.are_too_many(room, address_hash, now):
            raise RoomFull("Too many people wait to join this room.")
        values = {"username": username, "address_hash": address_hash, "until": now + WAITS}
        request = JoinRequest.objects.create(room=room, person=person, **values)
        _publish(room, now)
    return request


@transaction.atomic
def admit(actor: Member, user_id: str, *, on: bool) -> ModerationAct:
    """Let a waiting person join, or decline. A person who was admitted before is taken off the list, and may ask again.

    Raises RuleRefused, and NotFound if no person with this id waits.
    """
    actor = access.lock(actor)
    actor.require(Right.REMOVE)
    now = timezone.now()
    request = JoinRequest.objects.with_user_id(actor.room, user_id)
    if request is None or (request.answer == Answer.NONE and request.until <= now):
        raise NotFound("This person does not wait any more.")
    if not on and request.answer == Answer.ADMITTED:
        JoinRequest.objects.forget(actor.room, request.person)
    else:
        JoinRequest.objects.record_answer(request, now, on=on)
    _publish(actor.room, now)
    return record_act(
        actor.room,
        "admit" if on else "decline",
        actor=actor,
        target=request.person,
        details={"name": request.username},
    )


def forget_outsiders(room: Room, now: datetime) -> None:
    """Have everybody who is no member ask again, with the new passphrase. The caller has locked the room."""
    if JoinRequest.objects.forget_outsiders(room, now):
        _publish(room, now)


def waiting_list(room: Room, now: datetime) -> WaitingList:
    now_ms = server_clock.now_ms()
    return WaitingList(
        waiting=[
            WaitingPerson(
                user_id=request.person.user_id,
                username=request.username,
                until=now_ms + _left_ms(request.until, now),
            )
            for request in JoinRequest.objects.waiting(room, now)
        ]
    )


def _publish(room: Room, now: datetime) -> None:
    """Send the list to the members who may answer. The caller has locked the room."""
    event = Knocks(room_id=room.room_id, timestamp=server_clock.now_ms(), payload=waiting_list(room, now))
    for member in Member.objects.moderators(room):
        broadcast.to_member(member.pk, event)


def _left_ms(until: datetime, now: datetime) -> int:
    return max(0, int((until - now).total_seconds() * 1000))

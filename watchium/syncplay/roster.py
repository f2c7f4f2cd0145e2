"""The members of a room as a client lists them: who is present, by name, and who may control the playback. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from math import inf

import msgspec

from rooms.domain.rights import HOST, Level, Right, Standing, allows
from watchium.protocol import events
from watchium.protocol.events import WelcomeState
from watchium.protocol.types import MemberState, RoomState
from watchium.syncplay import outgoing
from watchium.syncplay.outgoing import Line, ListedMember

LIST_INTERVAL_S = 1.0  # making a list takes time for each member, and each join makes one for each client


class Roster:
    """`room_name`: the room as the client typed it."""

    def __init__(self, welcome: WelcomeState, room_name: str) -> None:
        self.room_name = room_name
        self.own_id = welcome.you.user_id
        self.room: RoomState = welcome.room
        self.members: dict[str, MemberState] = {member.user_id: member for member in welcome.members}
        self.members.setdefault(self.own_id, welcome.you)
        self._is_list_due = True
        self._listed_s = -inf

    @property
    def own(self) -> MemberState | None:
        return self.members.get(self.own_id)

    @property
    def own_name(self) -> str | None:
        return self.name_of(self.own_id)

    def name_of(self, user_id: str | None) -> str | None:
        member = self.members.get(user_id or "")
        return outgoing.shown_name(member.username) if member else None

    def apply(self, event: events.Event | events.CustomEvent) -> list[Line]:
        """Follow an event of the room; return what the client has to learn at once.

        Joins and leaves have messages of their own; anything else is a new list, which shows no notice.
        """
        match event:
            case events.MemberJoined(payload=member):
                known = self.members.get(member.user_id)
                self.members[member.user_id] = member
                if known != member:
                    self.ask_for_list()
                if known is None and member.user_id != self.own_id:
                    return [outgoing.joined(outgoing.shown_name(member.username), self.room_name)]
            case events.MemberLeft(payload=gone):
                left = self.members.pop(gone.user_id, None)
                return (
                    []
                    if left is None
                    else [outgoing.left(outgoing.shown_name(left.username), self.room_name)]
                )
            case events.RoleChanged(payload=member):
                if member.user_id in self.members:
                    self.members[member.user_id] = member
                self.ask_for_list()
            case events.Members(payload=present):
                return self._replace(present.members)
            case events.HostChanged(payload=change):
                self._set_host(change.user_id)
                self.ask_for_list()
            case events.RoomChanged(payload=change):
                self.room = change.room
                self.ask_for_list()
        return []

    def _replace(self, present: list[MemberState]) -> list[Line]:
        before, self.members = self.members, {member.user_id: member for member in present}
        gone = [member for user_id, member in before.items() if user_id not in self.members]
        self.ask_for_list()
        return [outgoing.left(outgoing.shown_name(member.username), self.room_name) for member in gone]

    def _set_host(self, host_id: str | None) -> None:
        for user_id, member in self.members.items():
            if user_id == host_id or member.role == HOST:
                role = HOST if user_id == host_id else "member"
                self.members[user_id] = msgspec.structs.replace(member, role=role)

    def may_control(self, member: MemberState) -> bool:
        exceptions = {Right(name): given for name, given in member.exceptions.items()}
        levels = {Right.CONTROL: Level(self.room.rights.control)}
        return allows(levels, Standing(member.role, exceptions=exceptions), Right.CONTROL)

    def ask_for_list(self) -> None:
        self._is_list_due = True

    @property
    def next_s(self) -> float:
        """When `due_list` has one."""
        return self._listed_s + LIST_INTERVAL_S if self._is_list_due else inf

    def due_list(self, now_s: float) -> Line | None:
        """The list if it was asked for, or has changed, at most once a second; who may control comes first: a long
        list is cut."""
        if now_s < self.next_s:
            return None
        self._is_list_due, self._listed_s = False, now_s
        listed = sorted(self._listed(), key=lambda member: not member.may_control)
        return outgoing.members(self.room_name, listed)

    def _listed(self) -> Iterator[ListedMember]:
        check = self.room.ready_check
        for member in self.members.values():
            yield ListedMember(
                name=outgoing.shown_name(member.username),
                may_control=self.may_control(member),
                is_ready=member.user_id in check.ready if check else None,
            )

"""Decoders of commands and the encoder of events."""

from __future__ import annotations

from types import ModuleType

import msgspec
from msgspec import Struct

from watchium.protocol import commands, events, player_commands, player_events, queue, replies
from watchium.protocol.chat import commands as chat_commands
from watchium.protocol.chat.commands import ChatCommand
from watchium.protocol.commands import Command, IdempotentCommand, LobbyCommand, RoomCommand
from watchium.protocol.moderation import commands as moderation_commands
from watchium.protocol.moderation import events as moderation_events
from watchium.protocol.moderation.commands import ModerationCommand
from watchium.protocol.people import commands as people_commands
from watchium.protocol.people.commands import MemberRightCommand
from watchium.protocol.player_commands import PlayerCommand
from watchium.protocol.queue import QueueCommand
from watchium.protocol.start import commands as start_commands
from watchium.protocol.start.commands import StartCommand
from watchium.protocol.types import MAX_FRAME_BYTES, EventId

AnyRoomCommand = (
    RoomCommand | ChatCommand | QueueCommand | StartCommand | MemberRightCommand | ModerationCommand
)

_room_commands: msgspec.json.Decoder[AnyRoomCommand] = msgspec.json.Decoder(AnyRoomCommand)
_lobby_commands: msgspec.json.Decoder[LobbyCommand] = msgspec.json.Decoder(LobbyCommand)
_player_commands: msgspec.json.Decoder[PlayerCommand] = msgspec.json.Decoder(PlayerCommand)
_encoder = msgspec.json.Encoder()


class _Envelope(Struct):
    event_id: EventId | None = None


def decode_room_command(text: str | bytes) -> AnyRoomCommand:
    """Decode a frame of a room's socket.

    Raises msgspec.MsgspecError with the path of the invalid field, or UnicodeError.
    """
    return _room_commands.decode(text)


def decode_lobby_command(text: str | bytes) -> LobbyCommand:
    """Decode a frame of the lobby's socket. Raises as `decode_room_command`."""
    return _lobby_commands.decode(text)


def decode_player_command(text: str | bytes) -> PlayerCommand:
    """Decode a frame of a player's socket. Raises as `decode_room_command`."""
    return _player_commands.decode(text)


def encode(event: Struct) -> bytes:
    """Encode an event as the UTF-8 JSON of its frame."""
    return _encoder.encode(event)


def event_id_in(frame: str | bytes) -> str | None:
    """The event_id of a command that could not be decoded, for its error event; None if that is unreadable too."""
    if len(frame) > MAX_FRAME_BYTES:
        return None
    try:
        return msgspec.json.decode(frame, type=_Envelope).event_id
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return None


def _types_of(*modules: ModuleType) -> frozenset[str]:
    names = {module.__name__ for module in modules}
    kinds = [*Command.__subclasses__(), *IdempotentCommand.__subclasses__(), *events.Event.__subclasses__()]
    return frozenset(
        str(kind.__struct_config__.tag)
        for kind in kinds
        if kind is not IdempotentCommand and kind.__module__ in names
    )


ROOM_EVENTS: tuple[type[events.Event], ...] = tuple(
    kind for kind in events.Event.__subclasses__() if kind.__module__ != player_events.__name__
)
ROOM_MESSAGE_TYPES = _types_of(
    *(commands, chat_commands, people_commands, queue, start_commands, moderation_commands),
    *(events, moderation_events, replies),
)
MESSAGE_TYPES = ROOM_MESSAGE_TYPES | _types_of(player_commands, player_events)

"""Errors of the protocol with their codes, and the close codes of sockets."""

from __future__ import annotations

from enum import IntEnum

from watchium.sentences import Catalogue, Sentence


def gettext_noop(message: str) -> str:
    """Mark a sentence for `manage.py makemessages`; it is translated when it is sent."""
    return message


class Refused(Exception):
    """A request that is rejected. `code` and `detail` are for programs, the message is for users.

    Caught once in the socket and once around the API; subclasses set the code and the HTTP status. `values` take the
    place of names in braces, so that the sentence can be translated: `TooLong("At most {count} letters.", count=40)`.
    """

    code = "internal"
    status = 400
    message = gettext_noop("That did not work.")

    def __init__(
        self,
        message: str | Sentence | None = None,
        *,
        retry_after_ms: int | None = None,
        detail: str | None = None,
        **values: object,
    ) -> None:
        self.sentence = (
            message if isinstance(message, Sentence) else Sentence(message or self.message, **values)
        )
        self.retry_after_ms = retry_after_ms
        self.detail = detail
        super().__init__(str(self.sentence))

    def translated(self, catalogue: Catalogue) -> str:
        """Return the message in a language, such as that of the module `django.utils.translation`."""
        return self.sentence.translated(catalogue)


class BadMessage(Refused):
    code = "bad_message"
    message = gettext_noop("This message could not be understood.")


class BadTime(BadMessage):
    message = gettext_noop("This is not a time in the future.")


class TooLong(Refused):
    code = "too_long"
    message = gettext_noop("This is too long.")


class NotHost(Refused):
    code = "not_host"
    status = 403
    message = gettext_noop("Only the host can control playback")


class NotMember(Refused):
    """Also raised for a room that does not exist, so that a client cannot distinguish the two."""

    code = "not_member"
    status = 404
    message = gettext_noop("There is no such room here, or you are not in it.")


class WrongPassphrase(NotMember):
    code = "wrong_passphrase"
    status = 403
    message = gettext_noop("There is no such room here, or the passphrase is not right.")


class NotFound(Refused):
    code = "not_found"
    status = 404
    message = gettext_noop("Not found.")


class NotAllowed(Refused):
    """A right other than the host's is missing: for another member's comment, or another owner's room."""

    code = "not_host"
    status = 403
    message = gettext_noop("Only the host can do this.")


class Muted(Refused):
    code = "muted"
    status = 403
    message = gettext_noop("You are muted in this room.")


class SlowMode(Refused):
    code = "slow_mode"
    status = 429
    message = gettext_noop("Slow mode is on. Wait a moment before the next message.")


class ChatOff(Refused):
    code = "chat_off"
    status = 403
    message = gettext_noop("The chat of this room is off.")


class Filtered(Refused):
    code = "filtered"
    status = 403
    message = gettext_noop("This message has a word that is not allowed in this room.")


class RuleRefused(NotAllowed):
    """A rule of the room or of its queue refuses the change; the message names the rule."""

    code = "not_allowed"
    message = gettext_noop("The rules of this room do not allow this.")


class Banned(Refused):
    code = "banned"
    status = 403
    message = gettext_noop("You were removed from this room.")


class Waiting(Refused):
    """The room asks its host before a person joins; the client asks again until it is answered."""

    code = "waiting"
    status = 202
    message = gettext_noop("The host is asked whether you may join.")


class RoomFull(Refused):
    code = "room_full"
    status = 409
    message = gettext_noop("This room is full.")


class RoomClosed(Refused):
    code = "room_closed"
    status = 404
    message = gettext_noop("This room was closed.")


class NameTaken(Refused):
    code = "name_taken"
    status = 409
    message = gettext_noop("This name belongs to a registered account.")


class UnknownMedia(Refused):
    code = "unknown_media"
    message = gettext_noop("This cannot be played here.")


class EventIdConflict(Refused):
    code = "event_id_conflict"
    status = 409
    message = gettext_noop("This event_id was already used for a different command.")


class Stale(Refused):
    """The state that the command was based on has changed since."""

    code = "stale"
    status = 409
    message = gettext_noop("This has changed in the meantime. Load it again.")


class RateLimited(Refused):
    code = "rate_limited"
    status = 429
    message = gettext_noop("That was too fast. Wait a moment.")


class TooManyConnections(RateLimited):
    message = gettext_noop("Too many tabs of this browser are open here.")


class Unavailable(Refused):
    code = "unavailable"
    status = 503
    message = gettext_noop("The server cannot do this right now.")


class Internal(Refused):
    code = "internal"
    status = 500
    message = gettext_noop("Something went wrong on the server. The error was logged.")


class CloseCode(IntEnum):
    """4000-4499: reconnect. 4500-4999: do not reconnect."""

    TOO_SLOW = 4008
    FELL_BEHIND = 4010
    RESTART = 4012
    FLOODING = 4029
    NOT_A_MEMBER = 4501
    REMOVED = 4503
    NO_SUCH_ROOM = 4504
    RELOAD = 4506
    TOO_MANY = 4509


CODES = tuple(
    sorted(
        {
            "bad_message", "too_long", "not_host", "not_allowed", "not_member", "wrong_passphrase", "not_found",
            "room_full", "room_closed", "name_taken", "unknown_media", "event_id_conflict", "rate_limited",
            "unavailable", "internal", "stale", "muted", "waiting", "banned", "slow_mode", "chat_off", "filtered",
        }
    )
)  # fmt: skip

# Part of the protocol that clients handle, though this server does not send it.
RESERVED_CODES: frozenset[str] = frozenset()
RESERVED_CLOSE_CODES = frozenset({CloseCode.FELL_BEHIND, CloseCode.RELOAD})

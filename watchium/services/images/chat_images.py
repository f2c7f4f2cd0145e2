"""Who may send images in the chat, and the sending."""

from __future__ import annotations

from django.conf import settings
from msgspec import Struct

import chat.actions
import playback.room.queries
from chat.models import CommentImage
from playback import sandbox
from playback.uploads import storage
from rooms.models import Member, Person, RoomCover
from watchium import server_clock
from watchium.protocol.commands import CommentDraft, PostComment
from watchium.protocol.errors import RuleRefused, TooLong
from watchium.protocol.replies import Accepted
from watchium.protocol.types import EventId, Revision
from watchium.services.images.encoding import MAX_ENCODED_BYTES, digest_of, encode
from watchium.shared_state import rate_limits

MAX_BYTES = 1024 * 1024
MAX_BODY_BYTES = MAX_BYTES * 4 // 3 + 16 * 1024  # base64
CAPTION = "\U0001f5bc\ufe0f"  # the text where none is written, for pages and exports that show no images


class NewImage(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """`image`: a PNG, JPEG, WebP or GIF file of at most 1 MiB, in base64."""

    event_id: EventId
    image: bytes
    text: str = ""
    reply_to: Revision | None = None


def who_may_send(person: Person) -> str:
    """Return `yes`, `account` if the person has to sign in for it, or `off`."""
    if settings.CHAT_IMAGES == "off" or sandbox.ffmpeg() is None:
        return "off"
    return "yes" if settings.CHAT_IMAGES == "everyone" or person.account_id is not None else "account"


def require_may_send(person: Person) -> None:
    """Raise RuleRefused if the person may not send images."""
    match who_may_send(person):
        case "account":
            raise RuleRefused("Sign in to send images.")
        case "off":
            raise RuleRefused("This server takes no images.")


def require_space() -> None:
    """Raise RuleRefused if the images and covers of all rooms take what they may, or if the disk is nearly full.

    A few that are encoded at this moment may go beyond it.
    """
    most = settings.CHAT_IMAGES_MB * 1024 * 1024
    total = CommentImage.objects.total_bytes() + RoomCover.objects.total_bytes() + MAX_ENCODED_BYTES
    if total > most or not storage.has_space_for(MAX_ENCODED_BYTES):
        raise RuleRefused("This server has no space left for images.")


def post_image(member: Member, draft: NewImage) -> Accepted:
    """Post a comment with an image. Idempotent as `chat.actions.post`, and raises what it raises.

    Raises RuleRefused if the person may not send images or there is no space, TooLong, BadMessage if it is no image,
    RateLimited.
    """
    require_may_send(member.person)
    if len(draft.image) > MAX_BYTES:
        raise TooLong("An image has at most 1 MB.")
    now_ms = server_clock.now_ms()
    command = PostComment(
        event_id=draft.event_id,
        payload=CommentDraft(text=draft.text.strip() or CAPTION, reply_to=draft.reply_to),
    )
    # Before anything of the image is read: what is refused, or was accepted before, costs no encoding.
    accepted = chat.actions.check_post(member, command, image_digest=digest_of(draft.image), now_ms=now_ms)
    if accepted is not None:
        return accepted
    require_space()
    rate_limits.spend("image", member.person.user_id, now_ms)
    rate_limits.spend("room_image", member.room.room_id, now_ms)
    image = encode(draft.image, member.person.user_id)
    position = playback.room.queries.position_now(member.room, now_ms)
    return chat.actions.post(member, command, position=position, image=image)

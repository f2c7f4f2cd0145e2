"""The cover that members give to their room: who may, and its re-encoding."""

from __future__ import annotations

from msgspec import Struct

from rooms.actions.cover import set_cover
from rooms.domain.rights import Right
from rooms.models import Member, Pictures
from watchium import server_clock
from watchium.protocol.errors import TooLong
from watchium.services.images.chat_images import MAX_BYTES, require_may_send, require_space
from watchium.services.images.encoding import encode
from watchium.shared_state import rate_limits

SMALL_SIDE_PX = 480  # a tile of the lobby is 330 px wide


class NewCover(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    """`image`: a PNG, JPEG, WebP or GIF file of at most 1 MiB, in base64."""

    image: bytes


def change_cover(member: Member, cover: NewCover) -> None:
    """Raises what `set_cover` raises, TooLong, BadMessage if it is no image, RateLimited.

    Raises RuleRefused if the person may not send images to the chat: a cover is shown to strangers as well. Also if
    there is no space for images.
    """
    member.require(Right.SETTINGS)
    require_may_send(member.person)
    if len(cover.image) > MAX_BYTES:
        raise TooLong("An image has at most 1 MB.")
    require_space()
    rate_limits.spend("image", member.person.user_id, server_clock.now_ms())
    sender = member.person.user_id
    image = encode(cover.image, sender)
    small = encode(image.data, sender, side_px=SMALL_SIDE_PX)
    set_cover(member.room, Pictures(image.data, small.data), actor=member)

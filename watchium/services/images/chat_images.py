"""Images in the chat: who may send them, and their re-encoding, which leaves nothing but the picture."""

from __future__ import annotations

import hashlib
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

from django.conf import settings
from msgspec import Struct

import chat.actions
import playback.room.queries
from chat.models import EncodedImage
from playback import sandbox
from rooms.models import Member, Person
from watchium import server_clock
from watchium.protocol.commands import CommentDraft, PostComment
from watchium.protocol.errors import BadMessage, RuleRefused, TooLong, Unavailable
from watchium.protocol.replies import Accepted
from watchium.protocol.types import EventId, Revision
from watchium.shared_state import rate_limits

MAX_BYTES = 1024 * 1024
MAX_BODY_BYTES = MAX_BYTES * 4 // 3 + 16 * 1024  # base64
MAX_ENCODED_BYTES = 300 * 1024
MAX_SIDE_PX = 1280
MAX_PIXELS = 50_000_000  # as the file claims, before anything of it is decoded
ENCODE_S = 5.0
CAPTION = "\U0001f5bc\ufe0f"  # the text where none is written, for pages and exports that show no images

# By the first bytes, because senders of any type may call it by another one.
_DECODERS = {b"\x89PNG\r\n": "png", b"\xff\xd8\xff": "mjpeg", b"RIFF": "webp", b"GIF8": "gif"}


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


def post_image(member: Member, draft: NewImage) -> Accepted:
    """Post a comment with an image. Idempotent as `chat.actions.post`, and raises what it raises.

    Raises RuleRefused if the person may not send images, TooLong, BadMessage if it is no image, RateLimited.
    """
    require_may_send(member.person)
    if len(draft.image) > MAX_BYTES:
        raise TooLong("An image has at most 1 MB.")
    now_ms = server_clock.now_ms()
    rate_limits.spend("image", member.person.user_id, now_ms)
    rate_limits.spend("room_image", member.room.room_id, now_ms)
    image = encode(draft.image)
    command = PostComment(
        event_id=draft.event_id,
        payload=CommentDraft(text=draft.text.strip() or CAPTION, reply_to=draft.reply_to),
    )
    position = playback.room.queries.position_now(member.room, now_ms)
    return chat.actions.post(member, command, position=position, image=image)


def encode(data: bytes) -> EncodedImage:
    """Decode the image in the sandbox and encode its first frame as WebP. Raises BadMessage, Unavailable."""
    decoder = next((name for magic, name in _DECODERS.items() if data.startswith(magic)), None)
    program = sandbox.ffmpeg()
    if decoder is None:
        raise BadMessage("This is no image that can be sent: PNG, JPEG, WebP or GIF.")
    if program is None:
        raise Unavailable
    with TemporaryDirectory() as folder:
        path = Path(folder, "image")
        path.write_bytes(data)
        demuxer = "gif" if decoder == "gif" else "image2"
        side = f"'min({MAX_SIDE_PX},%s)'"
        command = [
            program,
            "-nostdin",
            "-v",
            "error",
            "-protocol_whitelist",
            "file",
            "-max_pixels",
            str(MAX_PIXELS),
        ]
        command += [
            "-f",
            demuxer,
            *(["-pattern_type", "none"] if demuxer == "image2" else []),
            "-c:v",
            decoder,
        ]
        command += ["-i", f"file:{path}", "-frames:v", "1", "-map_metadata", "-1"]
        command += ["-vf", f"scale={side % 'iw'}:{side % 'ih'}:force_original_aspect_ratio=decrease"]
        command += ["-c:v", "libwebp", "-quality", "80", "-f", "webp", "pipe:1"]
        try:
            done = sandbox.run(command, ENCODE_S, MAX_ENCODED_BYTES)
        except (subprocess.TimeoutExpired, OSError):
            raise BadMessage("This image takes too long to read.") from None
    size = size_of(done.output) if done.code == 0 else None
    if size is None:
        raise BadMessage("This image cannot be read, or is too large.")
    return EncodedImage(done.output, *size, hashlib.sha256(data).hexdigest())


def size_of(webp: bytes) -> tuple[int, int] | None:
    """Return width and height of a WebP file in pixels; None if it is none."""
    if len(webp) < 30 or webp[:4] != b"RIFF" or webp[8:12] != b"WEBP":
        return None
    number = int.from_bytes
    match webp[12:16]:
        case b"VP8 ":
            return number(webp[26:28], "little") & 0x3FFF, number(webp[28:30], "little") & 0x3FFF
        case b"VP8L":
            bits = number(webp[21:25], "little")
            return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
        case b"VP8X":
            return number(webp[24:27], "little") + 1, number(webp[27:30], "little") + 1
    return None

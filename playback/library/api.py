"""The library, page by page, for whoever may play from it."""

from __future__ import annotations

import base64
import binascii
import re
from typing import Annotated

import msgspec
from django.http import HttpResponse
from drf_spectacular.utils import OpenApiParameter, extend_schema
from msgspec import Meta
from rest_framework.request import Request

from playback.domain.albums import KEY_LENGTH
from playback.library.views import may_read
from playback.models import MediaItem
from playback.models.media_item import ORDERS, PAGE, Place, Wanted
from rooms.api_view import RoomAPIView, json_response
from watchium.protocol.errors import BadMessage, NotMember, TooLong
from watchium.protocol.events import Problem
from watchium.protocol.player_types import Item
from watchium.text import clean

LONGEST_SEARCH = 100
LONGEST_MARK = 8000

LONGEST_ALBUM = 300
_album_id = re.compile(f"[0-9a-f]{{{KEY_LENGTH}}}")

_Key = Annotated[str, Meta(max_length=300)]
_Mark = tuple[str, list[_Key], Annotated[int, Meta(ge=0, le=2**53)]]


class NotHere(NotMember):
    message = (
        "The library is for people of this house: join a room or open the player first, or come with a token."
    )


class LibraryPage(msgspec.Struct, frozen=True, kw_only=True):
    """`next`: say it as `after` for what follows in the same order, null at the end."""

    items: list[Item]
    next: str | None


class Library(RoomAPIView):
    @extend_schema(
        operation_id="library",
        parameters=[
            OpenApiParameter("q", str, description="Words, each in title, artist or album."),
            OpenApiParameter("album", str, description="Only what is of albums with this name."),
            OpenApiParameter(
                "album_id", str, description="Only what is of this album: an item's `album_id`."
            ),
            OpenApiParameter("order", str, enum=list(ORDERS), description="By title where nothing is said."),
            OpenApiParameter("after", str, description="The `next` of the page before."),
        ],
        responses={200: LibraryPage, "4XX": Problem},
        description=f"What can be played from this server's own disk, {PAGE} at a time.",
    )
    def get(self, request: Request) -> HttpResponse:
        if not may_read(self.identity):
            raise NotHere
        wanted = wanted_by(request)
        after = request.query_params.get("after", "")
        items = MediaItem.objects.page(wanted, place_in(after, wanted.order) if after else None, PAGE + 1)
        shown = items[:PAGE]
        more = len(items) > PAGE
        following = mark_of(shown[-1].place_by(wanted.order), wanted.order) if more else None
        return json_response(LibraryPage(items=[item.to_protocol() for item in shown], next=following))


def wanted_by(request: Request) -> Wanted:
    asked = request.query_params
    words, album, order = asked.get("q", ""), asked.get("album", ""), asked.get("order") or "title"
    if len(words) > LONGEST_SEARCH:
        raise TooLong(f"A search has at most {LONGEST_SEARCH} characters.")
    album_id = asked.get("album_id", "")
    if len(album) > LONGEST_ALBUM:
        raise TooLong(f"An album has at most {LONGEST_ALBUM} characters.")
    if album_id and not _album_id.fullmatch(album_id):
        raise BadMessage("album_id is the album_id of an item")
    if order not in ORDERS:
        raise BadMessage(f"order is one of {', '.join(ORDERS)}")
    return Wanted(clean(words, "NFC"), clean(album, "NFC"), order, album_id)


def mark_of(place: Place, order: str) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode((order, *place))).decode().rstrip("=")


def place_in(mark: str, order: str) -> Place:
    """Raises BadMessage for anything but what `mark_of` made for this order."""
    try:
        if len(mark) > LONGEST_MARK:
            raise ValueError
        raw = base64.b64decode(mark + "=" * (-len(mark) % 4), altchars=b"-_", validate=True)
        made_for, keys, pk = msgspec.json.decode(raw, type=_Mark)
        if made_for != order or len(keys) != len(ORDERS[order]):
            raise ValueError
        if any("\0" in key for key in keys):  # no database compares with that
            raise ValueError
    except (ValueError, binascii.Error, msgspec.MsgspecError, UnicodeError):
        raise BadMessage("after is the `next` of a page of the library") from None
    return Place(tuple(keys), pk)

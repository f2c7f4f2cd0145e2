"""The library over HTTP, page by page, for clients that may play from it."""

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

from playback.domain.library.albums import KEY_LENGTH
from playback.library.captions.tracks import captions_of
from playback.library.serializers import library_items, translated_tracks
from playback.library.views import may_read
from playback.models import MediaItem
from playback.models.media_item_rows import ORDERS, PAGE, ItemQuery, PageCursor
from rooms.api_view import RoomAPIView, json_response
from watchium.protocol.errors import BadMessage, NotFound, NotMember, TooLong, gettext_noop
from watchium.protocol.player_types import LibraryItem
from watchium.protocol.replies import Problem
from watchium.text import clean

LONGEST_SEARCH = 100
MAX_CURSOR = 8000

LONGEST_ALBUM = 300
_album_id = re.compile(f"[0-9a-f]{{{KEY_LENGTH}}}")

_Key = Annotated[str, Meta(max_length=300)]
_Cursor = tuple[str, list[_Key], Annotated[int, Meta(ge=0, le=2**53)]]


class LibraryAccessDenied(NotMember):
    message = gettext_noop(
        "The library is for members of this server: join a room or open the player first, or send a token."
    )


class LibraryPage(msgspec.Struct, frozen=True, kw_only=True):
    """`next`: send it as `after` to get the next page in the same order; null at the end."""

    items: list[LibraryItem]
    next: str | None


class Library(RoomAPIView):
    @extend_schema(
        operation_id="library",
        parameters=[
            OpenApiParameter("q", str, description="Search words, each in title, artist or album."),
            OpenApiParameter("album", str, description="Only items of albums with this name."),
            OpenApiParameter("album_id", str, description="Only items of this album: an item's `album_id`."),
            OpenApiParameter("order", str, enum=list(ORDERS), description="By title if omitted."),
            OpenApiParameter("after", str, description="The `next` of the previous page."),
        ],
        responses={200: LibraryPage, "4XX": Problem},
        description=f"The media on this server's own disk, {PAGE} at a time.",
    )
    def get(self, request: Request) -> HttpResponse:
        if not may_read(self.identity):
            raise LibraryAccessDenied
        query = query_of(request)
        after = request.query_params.get("after", "")
        items = MediaItem.objects.page(query, decode_cursor(after, query.order) if after else None, PAGE + 1)
        shown = items[:PAGE]
        more = len(items) > PAGE
        next_cursor = encode_cursor(shown[-1].cursor_by(query.order), query.order) if more else None
        return json_response(LibraryPage(items=library_items(shown), next=next_cursor))


class LibraryOneItem(RoomAPIView):
    @extend_schema(
        operation_id="library_item",
        responses={200: LibraryItem, "4XX": Problem},
        description="One item of the library, also while its file is missing.",
    )
    def get(self, request: Request, item_id: int) -> HttpResponse:
        if not may_read(self.identity):
            raise LibraryAccessDenied
        item = MediaItem.objects.whole_rows([item_id]).get(item_id)
        if item is None:
            raise NotFound("There is no such item in the library.")
        captions = translated_tracks(captions_of(item, item.media_facts))
        return json_response(msgspec.structs.replace(library_items([item])[0], captions=captions))


def query_of(request: Request) -> ItemQuery:
    params = request.query_params
    words, album, order = params.get("q", ""), params.get("album", ""), params.get("order") or "title"
    if len(words) > LONGEST_SEARCH:
        raise TooLong("A search has at most {count} characters.", count=LONGEST_SEARCH)
    album_id = params.get("album_id", "")
    if len(album) > LONGEST_ALBUM:
        raise TooLong("An album has at most {count} characters.", count=LONGEST_ALBUM)
    if album_id and not _album_id.fullmatch(album_id):
        raise BadMessage("album_id is the album_id of an item")
    if order not in ORDERS:
        raise BadMessage(f"order is one of {', '.join(ORDERS)}")
    return ItemQuery(clean(words, "NFC"), clean(album, "NFC"), order, album_id)


def encode_cursor(cursor: PageCursor, order: str) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode((order, *cursor))).decode().rstrip("=")


def decode_cursor(text: str, order: str) -> PageCursor:
    """Raises BadMessage for a text that `encode_cursor` did not return for this order."""
    try:
        if len(text) > MAX_CURSOR:
            raise ValueError
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        made_for, keys, pk = msgspec.json.decode(raw, type=_Cursor)
        if made_for != order or len(keys) != len(ORDERS[order]):
            raise ValueError
        if any("\0" in key for key in keys):  # databases reject it
            raise ValueError
    except (ValueError, binascii.Error, msgspec.MsgspecError, UnicodeError):
        raise BadMessage("after is the `next` of a page of the library") from None
    return PageCursor(tuple(keys), pk)

"""The library, page by page, for whoever may play from it."""

from __future__ import annotations

import base64
import binascii
from typing import Annotated

import msgspec
from django.http import HttpResponse
from drf_spectacular.utils import OpenApiParameter, extend_schema
from msgspec import Meta
from rest_framework.request import Request

from playback.library.serving import may_read
from playback.models import MediaItem
from playback.models.items import PAGE, Place
from rooms.doorway import Doorway, answer
from watchium.wire.errors import BadMessage, NotMember, TooLong
from watchium.wire.messages import Problem
from watchium.wire.player_messages import Item
from watchium.wire.unicode import clean

LONGEST_SEARCH = 100
LONGEST_MARK = 2000

_Mark = tuple[Annotated[str, Meta(max_length=300)], Annotated[int, Meta(ge=0, le=2**53)]]


class NotHere(NotMember):
    message = (
        "The library is for people of this house: join a room or open the player first, or come with a token."
    )


class LibraryPage(msgspec.Struct, frozen=True, kw_only=True):
    """By title. `next`: say it as `after` for what follows, null at the end."""

    items: list[Item]
    next: str | None


class Library(Doorway):
    @extend_schema(
        operation_id="library",
        parameters=[
            OpenApiParameter("q", str, description="Words, each in title, artist or album."),
            OpenApiParameter("after", str, description="The `next` of the page before."),
        ],
        responses={200: LibraryPage, "4XX": Problem},
        description=f"What can be played from this server's own disk, {PAGE} at a time.",
    )
    def get(self, request: Request) -> HttpResponse:
        if not may_read(self.identity):
            raise NotHere
        words = request.query_params.get("q", "")
        if len(words) > LONGEST_SEARCH:
            raise TooLong(f"q has at most {LONGEST_SEARCH} characters.")
        after = request.query_params.get("after", "")
        items = MediaItem.objects.page(clean(words, "NFC"), place_in(after) if after else None, PAGE + 1)
        shown = items[:PAGE]
        following = mark_of(shown[-1].place) if len(items) > PAGE else None
        return answer(LibraryPage(items=[item.for_wire() for item in shown], next=following))


def mark_of(place: Place) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode(tuple(place))).decode().rstrip("=")


def place_in(mark: str) -> Place:
    """Raises BadMessage for anything but what `mark_of` made."""
    try:
        if len(mark) > LONGEST_MARK:
            raise ValueError
        raw = base64.b64decode(mark + "=" * (-len(mark) % 4), altchars=b"-_", validate=True)
        title, pk = msgspec.json.decode(raw, type=_Mark)
        if "\0" in title:  # no database compares with that
            raise ValueError
    except (ValueError, binascii.Error, msgspec.MsgspecError, UnicodeError):
        raise BadMessage("after is the `next` of a page of the library") from None
    return Place(title, pk)

"""Own copies over HTTP: items of the library that may be the same film, and the fingerprint of an item."""

from __future__ import annotations

import msgspec
from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from playback.library.views import may_read
from playback.models import MediaItem
from playback.own_copies.matching import fingerprint_of, same_file, similar
from rooms.api_view import RoomAPIView, json_response
from rooms.domain.rights import Right
from watchium.protocol.errors import NotFound
from watchium.protocol.replies import Problem
from watchium.protocol.types import OwnCopy


class Match(msgspec.Struct, frozen=True, kw_only=True):
    """`same`: the file has the same fingerprint; otherwise it is as long."""

    id: int
    title: str
    same: bool


class Matches(msgspec.Struct, frozen=True, kw_only=True):
    """The same file first, then those of the nearest duration."""

    matches: list[Match]


class FileFingerprint(msgspec.Struct, frozen=True, kw_only=True):
    size: int
    sha256: str


class OwnMatches(RoomAPIView):
    @extend_schema(
        operation_id="own_matches",
        request=OwnCopy,
        responses={200: Matches, "4XX": Problem},
        description="Items of the library that may be the same film as a file of your own, for members without it.",
    )
    def post(self, request: Request, room_id: str) -> HttpResponse:
        own = self.body(OwnCopy)
        self.member(room_id).require(Right.MEDIA)
        same = same_file(own)
        others = [item for item in similar(own) if same is None or item.pk != same.pk]
        found = [(same, True)] if same is not None and same.playable else []
        found += [(item, False) for item in others]
        matches = [Match(id=item.pk, title=item.full_title, same=is_same) for item, is_same in found]
        return json_response(Matches(matches=matches))


class ItemFingerprint(RoomAPIView):
    @extend_schema(
        operation_id="library_fingerprint",
        responses={200: FileFingerprint, "4XX": Problem},
        description="The size of an item's file and the SHA-256 of its first and last 64 KiB, to compare a copy.",
    )
    def get(self, request: Request, item_id: int) -> HttpResponse:
        item = MediaItem.objects.at_id(item_id) if may_read(self.identity) else None
        found = fingerprint_of(item) if item else None
        if found is None:
            raise NotFound
        return json_response(FileFingerprint(size=found.size, sha256=found.sha256))

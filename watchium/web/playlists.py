"""Playlists over HTTP: what an account keeps, on all its devices. Guests keep theirs in their browser."""

from __future__ import annotations

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from playback.models import DevicePlayer, Playlist
from playback.player.devices import device_of
from rooms.api_view import RoomAPIView, json_response
from rooms.models import Person
from watchium.protocol.errors import NotFound
from watchium.protocol.replies import Problem
from watchium.services import playlists
from watchium.services.playlists import KeptPlaylist, Playlists, PlaylistToKeep, WholePlaylist


class PlaylistsAPIView(RoomAPIView):
    @property
    def account(self) -> Person:
        """Raises RuleRefused for guests."""
        person = playlists.require_account(self.identity.person)
        self.limit_commands(person.user_id)
        return person


class AllPlaylists(PlaylistsAPIView):
    @extend_schema(
        operation_id="playlists",
        responses={200: Playlists, "4XX": Problem},
        description="Your playlists. Without an account the server keeps none.",
    )
    def get(self, request: Request) -> HttpResponse:
        person = self.identity.person
        if person is None or person.account_id is None:
            return json_response(Playlists(kept=False, playlists=[]))
        found = [playlists.summary_of(each) for each in Playlist.objects.of(person)]
        return json_response(Playlists(kept=True, playlists=found))

    @extend_schema(
        operation_id="playlist_keep",
        request=PlaylistToKeep,
        responses={200: KeptPlaylist, "4XX": Problem},
        description="Keep a queue under a name. One of the same name is replaced.",
    )
    def post(self, request: Request) -> HttpResponse:
        person, body = self.account, self.body(PlaylistToKeep)
        if body.room_id is not None:
            return json_response(playlists.keep_queue_of_room(self.member(body.room_id), body.name))
        items = [entry.item for entry in DevicePlayer.objects.of(device_of(self.identity)).queue.entries]
        return json_response(playlists.keep_items(person, body.name, items))


class OnePlaylist(PlaylistsAPIView):
    @extend_schema(
        operation_id="playlist",
        responses={200: WholePlaylist, "4XX": Problem},
        description="A playlist with its entries, as `queue_add` takes them.",
    )
    def get(self, request: Request, playlist_id: int) -> HttpResponse:
        playlist = Playlist.objects.of_person(self.account, playlist_id)
        if playlist is None:
            raise NotFound("There is no such playlist.")
        return json_response(playlists.whole(playlist))

    @extend_schema(
        operation_id="playlist_delete",
        responses={204: None, "4XX": Problem},
        description="Delete a playlist. One that is gone already changes nothing.",
    )
    def delete(self, request: Request, playlist_id: int) -> HttpResponse:
        Playlist.objects.discard(self.account, playlist_id)
        return HttpResponse(status=204)

"""All HTTP routes."""

from __future__ import annotations

from django.conf import settings
from django.contrib import admin
from django.urls import include, path, register_converter
from django.views.generic import RedirectView

import chat.api
import playback.conversion.api
import playback.library.api
import playback.own_copies.api
import playback.player.api
import playback.player.history_api
import playback.room.api
import playback.room.captions.api
import playback.room.history.api
import playback.room.queue.api
import playback.uploads.api
import playback.uploads.contents_api
import playback.uploads.preparation_api
import rooms.api.devices
import rooms.api.knocking
import rooms.api.room
from playback.models.upload import ID_CHARS
from watchium.web import (
    api,
    client_metrics,
    companion,
    health,
    images,
    languages,
    metrics,
    playlists,
    pwa,
    staff,
    views,
)
from watchium.web.accounts import account, openid, passkeys, password_reset, sign_in
from watchium.web.api_docs import openapi, reference
from watchium.web.evenings import api as evenings_api
from watchium.web.evenings import pages as evening_pages


class RoomIdConverter:
    """Also matches short strings that are no room ID; they get the response for an unknown room."""

    regex = "[0-9A-Za-z_-]{1,40}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


class NumberConverter(RoomIdConverter):
    regex = "[0-9]{1,15}"

    def to_python(self, value: str) -> int:  # type: ignore[override]
        return int(value)


class UploadIdConverter(RoomIdConverter):
    regex = f"[0-9a-f]{{{ID_CHARS}}}"


register_converter(RoomIdConverter, "room")
register_converter(UploadIdConverter, "upload")
register_converter(NumberConverter, "number")

one_room = [
    path("", api.RoomDetail.as_view()),
    path("join/", api.Join.as_view()),
    path("leave/", rooms.api.room.Leaving.as_view()),
    path("members/", rooms.api.room.Members.as_view()),
    path("moderation/", rooms.api.room.Moderation.as_view()),
    path("state/", api.State.as_view()),
    path("about/", rooms.api.room.AboutRoom.as_view()),
    path("cover/", images.Cover.as_view()),
    path("owner/", rooms.api.room.Ownership.as_view()),
    path("favourite/", rooms.api.room.Favourite.as_view()),
    path("code/", rooms.api.devices.Code.as_view()),
    path("knock/", rooms.api.knocking.OwnKnock.as_view()),
    path("knocks/", rooms.api.knocking.Knocks.as_view()),
    path("companion/", rooms.api.devices.Companions.as_view()),
    path("player-code/", rooms.api.devices.PlayerCodes.as_view()),
    path("commands/", api.Commands.as_view()),
    path("events/", playback.room.api.EventLog.as_view()),
    path("sync/control/", playback.room.api.RoomControl.as_view()),
    path("queue/", playback.room.queue.api.RoomQueueEntries.as_view()),
    path("queue/<room:entry_id>/", playback.room.queue.api.OneQueueEntry.as_view()),
    path("history/", playback.room.history.api.RoomHistory.as_view()),
    path("evenings/", evenings_api.RoomEvenings.as_view()),
    path("evenings/<number:number>/", evenings_api.OneEvening.as_view()),
    path("captions/", playback.room.captions.api.RoomCaptionFiles.as_view()),
    path("captions/<room:key>/", playback.room.captions.api.RoomCaptionFile.as_view()),
    path("comments/", api.Comments.as_view()),
    path("comments/by-position/", api.CommentsByPosition.as_view()),
    path("comments/search/", chat.api.CommentSearch.as_view()),
    path("comments/images/", images.CommentImages.as_view()),
    path("comments/<number:comment_id>/image/", chat.api.CommentImageFile.as_view()),
    path("comments/<number:comment_id>/", chat.api.OneComment.as_view()),
    path("broadcast/", api.Broadcast.as_view()),
    path("own/matches/", playback.own_copies.api.OwnMatches.as_view()),
    path("uploads/", playback.uploads.api.Uploads.as_view()),
    path("uploads/<upload:upload_id>/", playback.uploads.api.OneUpload.as_view()),
    path("uploads/<upload:upload_id>/contents/", playback.uploads.contents_api.Contents.as_view()),
    path("uploads/<upload:upload_id>/prepare/", playback.uploads.preparation_api.PrepareUpload.as_view()),
    path("media/check/", api.MediaChecking.as_view()),
]

urlpatterns = [
    path("", views.lobby, name="lobby"),
    path("rooms/<room:room_id>/", views.room, name="room"),
    path("j/", views.room_code, name="code"),
    path("r/<room:slug>/", views.room_at_slug, name="slug"),
    path("rooms/<room:room_id>/premiere.ics", views.premiere_calendar),
    path("rooms/<room:room_id>/companion/<room:ticket>/", companion.page, name="companion"),
    path("rooms/<room:room_id>/evenings/<number:number>/", evening_pages.page, name="evening"),
    path(
        "rooms/<room:room_id>/evenings/<number:number>/export.html",
        evening_pages.export,
        name="evening-export",
    ),
    path("player/", views.player, name="player"),
    path("manifest.webmanifest", pwa.manifest, name="manifest"),
    path("service-worker.js", pwa.service_worker),
    path("offline/", pwa.offline),
    # Browsers request it if no page names an icon: for an API URL, a media file, a bookmark. The redirect is temporary:
    # browsers would remember a permanent one even if this address serves something else one day.
    path("favicon.ico", RedirectView.as_view(url=f"{settings.STATIC_URL}favicon.svg")),
    path("language/", languages.choose, name="language"),
    path("catalogue/<slug:language>/<slug:version>.js", languages.catalogue, name="catalogue"),
    path("accounts/", account.page, name="account"),
    path("accounts/login/", sign_in.sign_in, name="login"),
    path("accounts/login/passkey/", passkeys.sign_in),
    path("accounts/login/passkey/options/", passkeys.sign_in_options),
    path("accounts/passkeys/", passkeys.register),
    path("accounts/passkeys/options/", passkeys.registration_options),
    path("accounts/passkeys/<number:number>/remove/", passkeys.remove),
    path("accounts/openid/", openid.begin),
    path("accounts/openid/callback/", openid.callback),
    path("accounts/openid/unlink/", openid.unlink),
    path("accounts/signup/", sign_in.sign_up, name="signup"),
    path("accounts/logout/", sign_in.sign_out, name="logout"),
    path("accounts/name/", account.change_name),
    path("accounts/password/", account.change_password),
    path("accounts/email/", account.change_email),
    path("accounts/sessions/end/", account.sign_out_elsewhere),
    path("accounts/sessions/<number:number>/end/", account.sign_out_there),
    path("accounts/reset/", password_reset.ask, name="reset"),
    path("accounts/reset/sent/", password_reset.sent),
    path(
        "accounts/reset/<uidb64>/<token>/",
        password_reset.NewPassword.as_view(),
        name="password_reset_confirm",
    ),
    path("accounts/export/", account.download),
    path("accounts/delete/", account.delete),
    path("accounts/deleted/", account.deleted),
    path("api/rooms/", api.Rooms.as_view()),
    path("api/rooms/<room:room_id>/", include(one_room)),
    path("api/playlists/", playlists.AllPlaylists.as_view()),
    path("api/playlists/<number:playlist_id>/", playlists.OnePlaylist.as_view()),
    path("api/player/", playback.player.api.OnePlayer.as_view()),
    path("api/player/control/", playback.player.api.PlayerControl.as_view()),
    path("api/player/history/", playback.player.history_api.PlayerHistoryView.as_view()),
    path("api/player/position/", playback.player.api.LastPosition.as_view()),
    path("api/token/", rooms.api.devices.OwnToken.as_view()),
    path("api/library/", playback.library.api.Library.as_view()),
    path("api/library/conversions/", playback.conversion.api.ConversionList.as_view()),
    path("api/library/<number:item_id>/prepare/", playback.conversion.api.Prepare.as_view()),
    path("api/library/<number:item_id>/", playback.library.api.LibraryOneItem.as_view()),
    path("api/library/<number:item_id>/fingerprint/", playback.own_copies.api.ItemFingerprint.as_view()),
    path("api/metrics/", client_metrics.Measurements.as_view()),
    path("api/schema/", openapi.schema, name="schema"),
    path("api/docs/", reference.page, name="docs"),
    path("admin/login/", sign_in.sign_in),  # a single sign-in, with its limit on password attempts
    path("admin/logout/", sign_in.sign_out),
    path("admin/", admin.site.urls),
    path("staff/", staff.page, name="staff"),
    path("staff/figures/", staff.metrics, name="staff-metrics"),
    path("metrics", metrics.metrics),
    path("healthz/live", health.live),
    path("healthz/ready", health.ready),
    path("", include("playback.urls")),
]

handler400 = "watchium.web.error_pages.bad_request"
handler403 = "watchium.web.error_pages.forbidden"
handler404 = "watchium.web.error_pages.not_found"
handler500 = "watchium.web.error_pages.server_error"

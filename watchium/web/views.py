"""The HTML pages: lobby, join form, room, and personal player."""

from __future__ import annotations

from typing import Any, cast

from csp.decorators import csp_update
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_http_methods, require_safe

from playback.library.metadata import ffprobe
from playback.sources.samples import SAMPLES
from rooms import display_names
from rooms.access import Identity, member_for
from rooms.actions.admission import WaitingGuest, admit, room_for_visitor, room_with_code, visible_room
from rooms.auth.device_cookie import new_device_id, set_device_cookie
from rooms.auth.identity import ensure_device, identify, known_device, store_person
from rooms.domain.rights import Right
from rooms.forms import Errors, JoinForm, NewRoom, form_errors, from_post
from rooms.models import JoinRequest, Member, Room
from rooms.rate_limits import limit_new_devices
from rooms.serializers import member_state
from rooms.urls import is_loopback_site, player_server, room_url
from watchium.config.security_policy import room_page_policy
from watchium.protocol.errors import (
    NotMember,
    RateLimited,
    Refused,
    RoomClosed,
    Waiting,
)
from watchium.services.create_room import create_room
from watchium.services.images.chat_images import who_may_send
from watchium.services.lobby import lobby_state
from watchium.services.premiere_calendar import calendar_file, coming_premiere
from watchium.web.accounts.access import record_use
from watchium.web.error_pages import refused_page

LIBRARY_URL = "/api/library/"


@never_cache
@ensure_csrf_cookie
@require_http_methods(["GET", "HEAD", "POST"])
def lobby(request: HttpRequest) -> HttpResponse:
    identity = identify(request)
    record_use(request, identity.person)
    if request.method != "POST":
        return _lobby(request, identity, {})
    form, errors = from_post(NewRoom, request.POST)
    if not errors:
        try:
            member = create_room(identity, form)
            store_person(request, member.person, form.username)
            return redirect("room", room_id=member.room.room_id)
        except Refused as refused:
            errors = form_errors(refused)
    return _lobby(request, identity, errors)


def _lobby(request: HttpRequest, identity: Identity, errors: Errors) -> HttpResponse:
    state = lobby_state()
    context = {
        "rooms": state.rooms,
        "online": state.online,
        "person": identity.person,
        "my_rooms": Room.objects.of_person(identity.person) if identity.person else [],
        **_form_values(request, identity, errors),
    }
    return render(request, "rooms/lobby.html", context, status=400 if errors else 200)


@never_cache
@ensure_csrf_cookie
@require_http_methods(["GET", "HEAD", "POST"])
def room(request: HttpRequest, room_id: str) -> HttpResponse:
    identity = identify(request)
    try:
        member = member_for(identity, room_id)
    except RoomClosed:
        return _closed(request, room_id)
    except NotMember:
        return _join_form(request, identity, room_id)
    record_use(request, identity.person)
    return _room(request, member)


@never_cache
@require_safe
def room_code(request: HttpRequest) -> HttpResponse:
    """The page on which a room's code is typed, and the way to the room."""
    typed, problem = request.GET.get("code", ""), ""
    if typed:
        try:
            found = room_with_code(identify(request), typed)
        except RateLimited as refused:
            found, problem = None, refused.translated(translation)
        if found is not None:
            return redirect("room", room_id=found.room_id)
        problem = problem or gettext("No room has this code. Codes are valid for a day.")
    context = {"typed": typed[:20], "problem": problem}
    return render(request, "rooms/code.html", context, status=404 if problem else 200)


@never_cache
@ensure_csrf_cookie
@require_http_methods(["GET", "HEAD", "POST"])
def room_at_slug(request: HttpRequest, slug: str) -> HttpResponse:
    """A room's own address. An unknown one shows what a private room shows, so that outsiders learn nothing."""
    found = Room.objects.with_slug(slug.lower())
    unknown = f"r-{slug}"  # no room has such an id: the same queries, and the same page, without a room
    room_id = found.room_id if found else unknown
    identity = identify(request)
    person = identity.person
    if visible_room(identity, room_id) or (person is not None and Member.objects.is_in(room_id, person)):
        return redirect("room", room_id=room_id)
    return _join_form(request, identity, room_id, cover=unknown)


def _closed(request: HttpRequest, room_id: str) -> HttpResponse:
    context = {"room": Room.objects.filter(room_id=room_id).first()}
    return render(request, "rooms/closed.html", context, status=410)


def _join_form(request: HttpRequest, identity: Identity, room_id: str, cover: str = "") -> HttpResponse:
    """The same form and status for all rooms of which the visitor is no member, whether the room exists or not.

    `cover`: what the picture behind the form is drawn from, if not from the room's id.
    """
    errors: Errors = {}
    if request.method == "POST":
        form, errors = from_post(JoinForm, request.POST)
        if not errors:
            try:
                member = admit(identity, room_id, form)
                if not identity.is_companion:  # whose browser stays who it is everywhere else
                    store_person(request, member.person, form.username)
                return redirect("room", room_id=room_id)
            except Waiting as waiting:
                if isinstance(waiting, WaitingGuest):
                    store_person(request, waiting.person, form.username)
                return redirect("room", room_id=room_id)
            except NotMember as refused:
                errors = {"passphrase": refused.translated(translation)}
            except Refused as refused:
                errors = form_errors(refused)
    asked = JoinRequest.objects.of_visitor(room_id, identity.person)
    answer = asked.answer_at(timezone.now()) if asked else None
    waits_outside = asked is not None and answer == "none" and asked.room.visibility == "private"
    try:
        # Who waits or was admitted knew the passphrase. Others, also those who were declined, are strangers.
        knows = asked is not None and (waits_outside or answer == "admitted")
        shown = asked.room if asked and knows else room_for_visitor(identity, room_id)
    except RateLimited as refused:
        shown, errors = None, form_errors(refused)
    details = None if waits_outside else shown
    context = {
        "room_id": room_id,
        "cover": cover or room_id,
        "cover_image": details.cover if details else None,
        "room": shown,
        "details": details,
        "members": [member_state(present) for present in details.members.present()] if details else [],
        "needs_passphrase": shown is None,
        "knock": answer,
        "premiere_at": coming_premiere(details, timezone.now()) if details else None,
        **_form_values(request, identity, errors),
    }
    return render(request, "rooms/join.html", context)


@never_cache
@require_safe
def premiere_calendar(request: HttpRequest, room_id: str) -> HttpResponse:
    """For members, and for visitors whom the link shows the room's title."""
    identity = identify(request)
    try:
        found: Room | None = member_for(identity, room_id).room
    except RoomClosed:
        found = None
    except NotMember:
        try:
            found = room_for_visitor(identity, room_id)
        except RateLimited as refused:
            return refused_page(request, refused)
    file = calendar_file(found, room_url(request, room_id), timezone.now()) if found else None
    if file is None:
        raise Http404
    response = HttpResponse(file, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="premiere-{room_id}.ics"'
    return response


def _form_values(request: HttpRequest, identity: Identity, errors: Errors) -> dict[str, Any]:
    name = identity.person.username if identity.person else display_names.generate_name()
    values = {name: value for name, value in request.POST.items() if name != "csrfmiddlewaretoken"}
    return {"proposed_name": name, "errors": errors, "values": values}


def _room(request: HttpRequest, member: Member) -> HttpResponse:
    if request.method == "POST":  # already a member: the join form was sent twice
        return redirect("room", room_id=member.room.room_id)
    samples = [
        {"url": sample.media.url, "title": gettext(sample.title), "item_title": sample.title}
        for sample in SAMPLES
    ]
    is_companion = request.GET.get("view") == "chat"
    boot = _boot(request, member) | {"samples": samples, "companion": is_companion}
    boot["images"] = who_may_send(member.person)
    may_upload = bool(settings.ROOM_UPLOAD_MB) and not member.room.is_demo
    context = {"boot": boot, "room": member.room, "member": member, "samples": samples}
    context |= {"is_companion": is_companion, "most_members": settings.MAX_MEMBERS}
    context["may"] = {str(right): member.may(right) for right in Right}
    context |= {"may_upload": may_upload, "embeds": sorted(settings.EMBEDS)}
    context["player_server"] = player_server(request)
    context["player_server_is_loopback"] = is_loopback_site(request)
    show = csp_update(room_page_policy(settings.EMBEDS))(
        lambda request: render(request, "rooms/room.html", context)
    )
    return cast(HttpResponse, show(request))


def _boot(request: HttpRequest, member: Member) -> dict[str, Any]:
    room_id = member.room.room_id
    return {
        "room_id": room_id,
        "socket_path": f"/ws/rooms/{room_id}/",
        "state_url": f"/api/rooms/{room_id}/state/",
        "commands_url": f"/api/rooms/{room_id}/commands/",
        "comments_url": f"/api/rooms/{room_id}/comments/",
        "library_url": LIBRARY_URL,
        "share_url": room_url(request, room_id),
        "you": {
            "user_id": member.person.user_id,
            "username": member.username,
            "device_id": ensure_device(request),
        },
    }


@never_cache
@ensure_csrf_cookie
@require_safe
def player(request: HttpRequest) -> HttpResponse:
    device_id = known_device(request)
    is_new = not device_id
    if is_new:
        try:
            limit_new_devices(identify(request).address)
        except RateLimited as refused:
            return refused_page(request, refused)
        device_id = new_device_id()
    account = request.user if request.user.is_authenticated else None
    boot = {
        "socket_path": "/ws/player/",
        "player_url": "/api/player/",
        "control_url": "/api/player/control/",
        "position_url": "/api/player/position/",
        "library_url": LIBRARY_URL,
        "device_id": device_id,
        "may_prepare": bool(account and account.is_active and account.is_staff),
        "you": {"signed_in": account is not None, "username": account.get_username() if account else None},
    }
    context = {"boot": boot, "without_ffprobe": not ffprobe.is_installed()}
    response = render(request, "player/player.html", context)
    if is_new:
        set_device_cookie(response, device_id)
    return response

"""The page that a ticket opens: it asks before this browser becomes a person's second screen in a room."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_http_methods

from rooms.accounts.models import AccountSession
from rooms.auth.companions import store_companion
from rooms.auth.identity import identify
from rooms.models import Companion, Member
from rooms.rate_limits import limit_room_guesses
from watchium.protocol.errors import RateLimited
from watchium.web.error_pages import refused_page


@never_cache
@ensure_csrf_cookie
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, room_id: str, ticket: str) -> HttpResponse:
    """A GET uses no ticket: cameras and messengers open addresses for a preview, and so may pages of other sites."""
    now = timezone.now()
    found = Companion.objects.with_ticket(room_id, ticket, now)
    member = Member.objects.of_person(room_id, found.person) if found is not None else None
    if found is None or member is None:
        try:
            limit_room_guesses(identify(request).address)
        except RateLimited as refused:
            return refused_page(request, refused)
        return render(request, "rooms/companion.html", {"room_id": room_id}, status=410)
    if request.method != "POST":
        return render(request, "rooms/companion.html", {"member": member, "room_id": room_id})
    if not Companion.objects.claim(found, now):
        return render(request, "rooms/companion.html", {"room_id": room_id}, status=410)
    AccountSession.objects.renew_key(request.session)  # another person may know the former key
    store_companion(request.session, found)
    response = redirect("room", room_id=room_id)
    response["Location"] += "?view=chat"
    return response

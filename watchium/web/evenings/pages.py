"""The page that plays an evening again, and the evening as one HTML file."""

from __future__ import annotations

from base64 import b64encode
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from itertools import pairwise
from operator import itemgetter
from typing import Any, NamedTuple, cast

from csp.decorators import csp_update
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import ensure_csrf_cookie
from django.views.decorators.http import require_safe

from playback.models.history.stored_evening import MAX_KEPT
from rooms.access import member_for
from rooms.auth.identity import identify
from rooms.models import Member
from rooms.rate_limits import limit_room_guesses
from watchium import server_clock
from watchium.config.security_policy import room_page_policy
from watchium.protocol.errors import NotFound, NotMember, RateLimited, RoomClosed
from watchium.services.evening.evenings import (
    MAX_COMMENTS,
    EveningState,
    read_evening,
)
from watchium.text import media_time
from watchium.web.error_pages import refused_page
from watchium.web.evenings.api import attachment


@never_cache
@ensure_csrf_cookie
@require_safe
def page(request: HttpRequest, room_id: str, number: int) -> HttpResponse:
    """The page that plays an evening again. Outsiders get what an unknown address gives."""
    found = _found(request, room_id, number)
    if isinstance(found, HttpResponse):
        return found
    member, evening = found
    address = f"/api/rooms/{room_id}/evenings/"
    boot = {
        "room_id": room_id,
        "number": number,
        "evening_url": f"{address}{number}/",
        "evenings_url": address,
    }
    context = {
        "boot": boot,
        "room": member.room,
        "evening": evening,
        "most": MAX_KEPT,
        "most_lines": MAX_COMMENTS,
        "parts": list(_parts(evening, [])),
    }
    show = csp_update(room_page_policy(settings.EMBEDS))(
        lambda request: render(request, "evenings/evening.html", context | _times(evening))
    )
    return cast(HttpResponse, show(request))


@never_cache
@require_safe
def export(request: HttpRequest, room_id: str, number: int) -> HttpResponse:
    """The evening as one HTML file that needs nothing else, and runs nothing."""
    found = _found(request, room_id, number)
    if isinstance(found, HttpResponse):
        return found
    _, evening = found
    style = render_to_string("evenings/_export.css")
    digest = b64encode(sha256(style.encode()).digest()).decode()
    context = {
        "evening": evening,
        "most_lines": MAX_COMMENTS,
        "style": style,
        "policy": f"default-src 'none'; style-src 'sha256-{digest}'",
    }
    said = sorted([*_comments(evening), *_reactions(evening)], key=itemgetter(0))
    context |= {"parts": list(_parts(evening, said)), **_times(evening)}
    response = HttpResponse(render_to_string("evenings/export.html", context))
    response["Content-Disposition"] = attachment(evening, "html")
    return response


def _found(request: HttpRequest, room_id: str, number: int) -> tuple[Member, EveningState] | HttpResponse:
    identity = identify(request)
    try:
        member = member_for(identity, room_id)
        return member, read_evening(member, number, server_clock.now_ms())
    except RoomClosed:
        return redirect("room", room_id=room_id)
    except RateLimited as refused:
        return refused_page(request, refused)
    except NotFound:
        raise Http404 from None
    except NotMember:
        try:
            limit_room_guesses(identity.address)
        except RateLimited as refused:
            return refused_page(request, refused)
        raise Http404 from None


def _times(evening: EveningState) -> dict[str, Any]:
    started, ended = (datetime.fromtimestamp(at / 1000, UTC) for at in (evening.started_at, evening.ended_at))
    return {"started": started, "ended": ended, "lasts": media_time(evening.lasts)}


class Line(NamedTuple):
    at: str
    name: str | None
    text: str


class Part(NamedTuple):
    """Media of the evening, with what was said while they played."""

    title: str
    at: str
    at_s: float
    position: str
    lines: list[Line]


def _parts(evening: EveningState, said: Sequence[tuple[float, Line]]) -> Iterator[Part]:
    """Return the parts with the lines of `said`, which are in the order of their moments."""
    starts = [evening.stretches[0]]
    starts += [after for before, after in pairwise(evening.stretches) if before.media != after.media]
    firsts = [bisect_left(said, start.at, key=itemgetter(0)) for start in starts]
    for start, (first, end) in zip(starts, pairwise([*firsts, len(said)]), strict=True):
        media = evening.sources[start.media]
        lines = [line for _, line in said[first:end]]
        yield Part(
            media.title or media.url, media_time(start.at), start.at, media_time(start.position), lines
        )


def _comments(evening: EveningState) -> Iterator[tuple[float, Line]]:
    for comment in evening.comments:
        yield comment.at, Line(media_time(comment.at), comment.username, comment.text)


def _reactions(evening: EveningState) -> Iterator[tuple[float, Line]]:
    for reaction in evening.reactions:
        yield reaction.at, Line(media_time(reaction.at), reaction.username, reaction.emoji)

"""The base of all API views: identify the client, decode the body strictly, encode the response."""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec
from django.http import HttpResponse
from django.http.request import RawPostDataException
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.views import APIView

from rooms import access, rate_limits
from rooms.access import Identity
from rooms.auth.authentication import AS_COMPANION
from rooms.auth.identity import known_device
from rooms.auth.origin import client_address
from rooms.models import Member, Person, Room, Token
from watchium import server_clock
from watchium.protocol.codec import event_id_in
from watchium.protocol.errors import BadMessage, NotMember, TooLong
from watchium.protocol.types import MAX_FRAME_BYTES
from watchium.protocol.validation import validation_error
from watchium.shared_state import rate_limits as limits

S = TypeVar("S")

NOT_JSON = "The body is JSON: Content-Type: application/json"


class RoomAPIView(APIView):
    """Base class of views that call one action each. Raised errors become a Problem response."""

    event_id: str | None = None

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:
        """Respond with JSON whatever Accept says, so that a URL opened in a browser shows it too."""
        return super().perform_content_negotiation(request, force=True)

    @property
    def identity(self) -> Identity:
        request, person, auth = self.request, self.request.user, self.request.auth
        meta = request.META
        address = client_address(meta.get("HTTP_X_FORWARDED_FOR", ""), meta.get("REMOTE_ADDR", ""))
        device_id = "" if isinstance(auth, Token) else known_device(request)
        known = person if isinstance(person, Person) else None
        return Identity(known, device_id, address, is_companion=auth == AS_COMPANION)

    def member(self, room_id: str) -> Member:
        """Return the client's member. Raises NotMember, RoomClosed, and RateLimited after many commands or guesses."""
        identity = self.identity
        if identity.person is not None:
            self.limit_commands(identity.person.user_id)
        try:
            return access.member_for(identity, room_id)
        except NotMember:
            rate_limits.limit_room_guesses(identity.address)
            raise

    def limit_commands(self, client: str) -> None:
        """Count a changing request before anything is looked up for it. Raises RateLimited."""
        if self.request.method not in SAFE_METHODS:
            limits.spend_locally("command", client, server_clock.now_ms())

    def readable_room(self, room_id: str) -> Room:
        """Return the room if it is public or the client is a member. Raises as `member` does."""
        identity = self.identity
        try:
            return access.readable_room(identity, room_id)
        except NotMember:
            rate_limits.limit_room_guesses(identity.address)
            raise

    def body(self, kind: type[S], most: int = MAX_FRAME_BYTES) -> S:
        """Decode the request's JSON. Raises BadMessage with the path of an invalid value, TooLong over `most` bytes."""
        raw = _raw(self.request, most) or b"{}"
        self.event_id = event_id_in(raw)
        try:
            return msgspec.json.decode(raw, type=kind)
        except (msgspec.MsgspecError, UnicodeError, RecursionError) as error:
            raise validation_error(error) from None

    def query_integer(self, name: str, default: int, maximum: int = 2**53) -> int:
        """Return a non-negative integer of the query string. Raises BadMessage."""
        value = self.request.query_params.get(name, "")
        if not value:
            return default
        if not (value.isascii() and value.isdigit()) or len(value) > 16 or int(value) > maximum:
            raise BadMessage("{name} is a whole number of at most {most}", name=name, most=maximum)
        return int(value)


def _raw(request: Request, most: int) -> bytes:
    content_length = request.META.get("CONTENT_LENGTH") or "0"
    if not content_length.isdecimal() or int(content_length) > most:
        raise TooLong("A body has at most {most} bytes.", most=most)
    try:
        # `body` has a limit of its own, which is that of forms.
        raw: bytes = request._request.body if most == MAX_FRAME_BYTES else request._request.read(most + 1)
    except RawPostDataException:
        raise BadMessage(NOT_JSON) from None
    if len(raw) > most:
        raise TooLong("A body has at most {most} bytes.", most=most)
    # A page of another origin can send a body without a type, but this type needs a CORS preflight.
    content_type = str(request.content_type or "").partition(";")[0].strip().lower()
    if content_type != "application/json" and (raw or content_type):
        raise BadMessage(NOT_JSON)
    return raw


def json_response(struct: object, status: int = 200) -> HttpResponse:
    """Encode the struct. Not cacheable: the content is current, and specific to the person."""
    response = HttpResponse(msgspec.json.encode(struct), status=status, content_type="application/json")
    response["Cache-Control"] = "no-store"
    return response

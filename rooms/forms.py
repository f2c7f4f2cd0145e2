"""The inputs for creating, joining and changing rooms, shared by the API (JSON) and the pages (forms)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal, TypeVar

import msgspec
from django.conf import settings
from django.utils import translation
from django.utils.formats import number_format
from django.utils.translation import gettext
from msgspec import Meta, Struct

from rooms import display_names
from rooms.ids import check_passphrase
from watchium.config.host_names import needs_https
from watchium.protocol.errors import (
    BadMessage,
    BadTime,
    Banned,
    NameTaken,
    Refused,
    RoomFull,
    UnknownMedia,
    WrongPassphrase,
)
from watchium.protocol.types import URL_CHARS, Level, Milliseconds, OwnCopy, RightName

# `display_names` checks the lengths, with messages that name the limit.
Text = str
Passphrase = Annotated[str, Meta(max_length=128)]
# An address of one's own below /r/.
Slug = Annotated[str, Meta(min_length=3, max_length=40, pattern="^[a-z0-9]+(-[a-z0-9]+)*$")]
LENGTH = re.compile(r"length <= (\d+)")
Visibility = Literal["public", "unlisted", "private"]
ControlPolicy = Literal["host", "moderators", "everyone"]
StallPolicy = Literal["carry_on", "wait"]
Errors = dict[str, str]

ERROR_FIELDS: list[tuple[type[Refused], str]] = [
    (NameTaken, "username"),
    (UnknownMedia, "media_url"),
    (BadTime, "premiere_at"),
    (WrongPassphrase, "passphrase"),
    (Banned, "form"),
    (RoomFull, "form"),
]


class NewRoom(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    title: Text = ""
    visibility: Visibility = "unlisted"
    passphrase: Passphrase = ""
    media_url: Annotated[str, Meta(max_length=URL_CHARS)] = ""
    username: Text = ""
    own: OwnCopy | None = None  # over the API only
    premiere_at: Milliseconds | None = None


class JoinForm(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    username: Text = ""
    passphrase: Passphrase = ""


class RoomChanges(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True, omit_defaults=True):
    """Settings to change; omitted ones stay as they are."""

    title: Text | msgspec.UnsetType = msgspec.UNSET
    visibility: Visibility | msgspec.UnsetType = msgspec.UNSET
    passphrase: Passphrase | msgspec.UnsetType = msgspec.UNSET
    control_policy: ControlPolicy | msgspec.UnsetType = msgspec.UNSET
    rights: dict[RightName, Level] | msgspec.UnsetType = msgspec.UNSET
    seat_hold_s: Annotated[int, Meta(ge=5, le=600)] | msgspec.UnsetType = msgspec.UNSET
    keep_evenings: bool | msgspec.UnsetType = msgspec.UNSET
    knock: bool | msgspec.UnsetType = msgspec.UNSET
    description: Annotated[str, Meta(max_length=500)] | msgspec.UnsetType = msgspec.UNSET
    slug: Slug | msgspec.UnsetType | None = msgspec.UNSET
    capacity: Annotated[int, Meta(ge=2, le=100_000)] | msgspec.UnsetType | None = msgspec.UNSET
    sync_enabled: bool | msgspec.UnsetType = msgspec.UNSET
    sync_tolerance_ms: Annotated[int, Meta(ge=20, le=10_000)] | msgspec.UnsetType = msgspec.UNSET
    stall_policy: StallPolicy | msgspec.UnsetType = msgspec.UNSET
    stall_wait_s: Annotated[int, Meta(ge=1, le=30)] | msgspec.UnsetType = msgspec.UNSET
    notices_in_chat: bool | msgspec.UnsetType = msgspec.UNSET
    countdown: bool | msgspec.UnsetType = msgspec.UNSET
    premiere_at: Milliseconds | msgspec.UnsetType | None = msgspec.UNSET


F = TypeVar("F", NewRoom, JoinForm)


def from_post(kind: type[F], post: Mapping[str, str]) -> tuple[F, Errors]:
    """Decode a posted form; return it without invalid values, and the errors by field.

    The passphrase of a new room that is not private is ignored: the page does not show the field then.
    """
    errors: Errors = {}
    values: dict[str, Any] = {}
    for field in msgspec.structs.fields(kind):
        value = post.get(field.name, "")
        if kind is NewRoom and field.name == "passphrase" and post.get("visibility") != "private":
            value = ""
        value = value if field.name == "passphrase" else value.strip()  # spaces are part of a passphrase
        try:
            values |= {field.name: msgspec.convert(value, field.type, strict=False)} if value else {}
        except msgspec.ValidationError as error:
            errors[field.name] = _error_text(error)
    form = kind(**values)
    return form, {**_name_errors(form.username), **_room_errors(form), **errors}


def _error_text(error: msgspec.ValidationError) -> str:
    if match := LENGTH.search(str(error)):
        most = number_format(int(match[1]), use_l10n=True, force_grouping=True)
        return gettext("This is too long: at most %(count)s characters.") % {"count": most}
    return gettext("This is not one of the choices.")


def _name_errors(username: str) -> Errors:
    try:
        display_names.clean_name(username or "nobody")
    except Refused as refused:
        return {"username": refused.translated(translation)}
    return {}


def _room_errors(form: NewRoom | JoinForm) -> Errors:
    if not isinstance(form, NewRoom):
        return {}
    errors: Errors = {}
    try:
        display_names.clean_title(form.title, "untitled")
    except Refused as refused:
        errors["title"] = refused.translated(translation)
    if settings.HTTPS and needs_https(form.media_url):
        errors["media_url"] = gettext("Browsers block http media on an https page: use an https address.")
    if form.visibility == "private" and not form.passphrase:
        errors["passphrase"] = gettext("A private room needs a passphrase.")
    try:
        if form.passphrase:
            check_passphrase(form.passphrase)
    except Refused as refused:
        errors["passphrase"] = refused.translated(translation)
    return errors


def form_errors(refused: Refused) -> Errors:
    """Assign the error of an action to the form field that it concerns."""
    for kind, field in ERROR_FIELDS:
        if isinstance(refused, kind):
            return {field: refused.translated(translation)}
    return {"media_url" if isinstance(refused, BadMessage) else "form": refused.translated(translation)}

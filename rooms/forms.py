"""What people and programs fill in: as JSON over the API, as a form on a page. One shape, one set of checks."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal, TypeVar

import msgspec
from django.conf import settings
from msgspec import Meta, Struct

from rooms import display_names
from rooms.ids import check_passphrase
from watchium.config.host_names import needs_https
from watchium.protocol.errors import (
    BadMessage,
    Banned,
    NameTaken,
    Refused,
    RoomFull,
    UnknownMedia,
    WrongPassphrase,
)
from watchium.protocol.types import URL_CHARS

# `names` has the limits, and tells people the one of the field.
Text = str
Passphrase = Annotated[str, Meta(max_length=128)]
LENGTH = re.compile(r"length <= (\d+)")
Visibility = Literal["public", "unlisted", "private"]
ControlPolicy = Literal["host", "moderators", "everyone"]
StallPolicy = Literal["carry_on", "wait"]
Errors = dict[str, str]

FIELD_OF: list[tuple[type[Refused], str]] = [
    (NameTaken, "username"),
    (UnknownMedia, "media_url"),
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


class Joining(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True):
    username: Text = ""
    passphrase: Passphrase = ""


class RoomChanges(Struct, forbid_unknown_fields=True, frozen=True, kw_only=True, omit_defaults=True):
    """What is left out stays."""

    title: Text | msgspec.UnsetType = msgspec.UNSET
    visibility: Visibility | msgspec.UnsetType = msgspec.UNSET
    passphrase: Passphrase | msgspec.UnsetType = msgspec.UNSET
    control_policy: ControlPolicy | msgspec.UnsetType = msgspec.UNSET
    seat_hold_s: Annotated[int, Meta(ge=5, le=600)] | msgspec.UnsetType = msgspec.UNSET
    sync_enabled: bool | msgspec.UnsetType = msgspec.UNSET
    sync_tolerance_ms: Annotated[int, Meta(ge=20, le=10_000)] | msgspec.UnsetType = msgspec.UNSET
    stall_policy: StallPolicy | msgspec.UnsetType = msgspec.UNSET
    stall_wait_s: Annotated[int, Meta(ge=1, le=30)] | msgspec.UnsetType = msgspec.UNSET


F = TypeVar("F", NewRoom, Joining)


def from_post(kind: type[F], post: Mapping[str, str]) -> tuple[F, Errors]:
    """The form that was sent, and what is wrong with it by field; values that do not fit are left out.

    So is the passphrase of a new room that is not private: its page does not show that field.
    """
    errors: Errors = {}
    kept: dict[str, Any] = {}
    for field in msgspec.structs.fields(kind):
        value = post.get(field.name, "")
        if kind is NewRoom and field.name == "passphrase" and post.get("visibility") != "private":
            value = ""
        value = value if field.name == "passphrase" else value.strip()  # its spaces are part of it
        try:
            kept |= {field.name: msgspec.convert(value, field.type)} if value else {}
        except msgspec.ValidationError as error:
            errors[field.name] = _what_is_wrong(error)
    form = kind(**kept)
    return form, {**_name_problem(form.username), **_room_problems(form), **errors}


def _what_is_wrong(error: msgspec.ValidationError) -> str:
    found = LENGTH.search(str(error))
    return (
        f"This is too long: at most {int(found[1]):,} characters."
        if found
        else "This is not one of the choices."
    )


def _name_problem(username: str) -> Errors:
    try:
        display_names.clean_name(username or "nobody")
    except Refused as refused:
        return {"username": str(refused)}
    return {}


def _room_problems(form: NewRoom | Joining) -> Errors:
    if not isinstance(form, NewRoom):
        return {}
    errors: Errors = {}
    try:
        display_names.clean_title(form.title, "untitled")
    except Refused as refused:
        errors["title"] = str(refused)
    if settings.HTTPS and needs_https(form.media_url):
        errors["media_url"] = "Browsers block http media on an https page: use an https address."
    if form.visibility == "private" and not form.passphrase:
        errors["passphrase"] = "A private room needs a passphrase."  # noqa: S105  # words, not a secret
    try:
        if form.passphrase:
            check_passphrase(form.passphrase)
    except Refused as refused:
        errors["passphrase"] = str(refused)
    return errors


def form_errors(refused: Refused) -> Errors:
    """A deed's refusal beside the field it is about."""
    for kind, field in FIELD_OF:
        if isinstance(refused, kind):
            return {field: str(refused)}
    return {"media_url" if isinstance(refused, BadMessage) else "form": str(refused)}

"""Django admin for rooms and persons. Changes go through the same actions as elsewhere, so open pages follow."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin, messages
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from rooms import actions
from rooms.actions.cover import set_cover
from rooms.models import Ban, Member, Person, Room, Token
from watchium.protocol.errors import Refused
from watchium.protocol.moderation.commands import MAX_SLOW_MODE_S, ChatChanges
from watchium.word_filter import clean_filter

if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Any]
    RoomModelForm = forms.ModelForm[Room]
else:  # these classes take their parameter only when types are checked
    ModelAdmin, RoomModelForm = admin.ModelAdmin, forms.ModelForm

BAN_MINUTES = 24 * 60
MUTE_MINUTES = 60
CHAT_FIELDS = list(actions.CHAT_RULES.values())


class ReadOnlyAdmin(ModelAdmin):
    """Shows rows without changing them. Nothing is deleted here either: a delete would cascade into event logs."""

    list_per_page = 50
    show_full_result_count = False

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Allow only lookups that the list offers as filters. Django allows any column, secret ones included."""
        offered = {
            entry if isinstance(entry, str) else entry[0]
            for entry in (*self.list_filter, self.date_hierarchy or "")
        }
        return lookup.split("__")[0] in offered and super().lookup_allowed(lookup, value, request)

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


def may_change(model_admin: ModelAdmin, request: HttpRequest) -> bool:
    """Return whether the user may run actions on rows that cannot be edited."""
    permission = f"{model_admin.opts.app_label}.change_{model_admin.opts.model_name}"
    return bool(request.user.is_active and request.user.has_perm(permission))


def act_on_each(
    model_admin: ModelAdmin,
    request: HttpRequest,
    rows: Iterable[Any],
    action: Callable[[Any], object],
    done: str,
) -> None:
    """Run the action on each row and log it; report how many succeeded and why others were refused."""
    count = 0
    for row in rows:
        try:
            action(row)
            model_admin.log_change(request, row, done)
            count += 1
        except Refused as refused:
            messages.error(request, f"{row}: {refused}")
    if count:
        messages.success(request, f"{done}: {count}")


class RoomForm(RoomModelForm):
    slow_mode_s = forms.IntegerField(min_value=0, max_value=MAX_SLOW_MODE_S)

    class Meta:
        model = Room
        fields = ["title", "visibility", *CHAT_FIELDS]

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        if cleaned and cleaned.get("visibility") == "private" and not self.instance.passphrase:
            self.add_error("visibility", "A private room needs a passphrase, which its host can set.")
        return cleaned

    def clean_chat_filter(self) -> str:
        try:
            return "\n".join(clean_filter(self.cleaned_data["chat_filter"].splitlines()))
        except Refused as refused:
            raise forms.ValidationError(str(refused)) from None

    def chat_changes(self) -> ChatChanges:
        """The changed rules of the chat."""
        changed = {
            field: self.cleaned_data[column]
            for field, column in actions.CHAT_RULES.items()
            if column in self.changed_data
        }
        if "filter" in changed:
            changed["filter"] = changed["filter"].splitlines()
        return ChatChanges(**changed)


READONLY_ROOM_FIELDS = [
    *("room_id", "has_passphrase", "control_policy", "owner", "is_demo"),
    *("revision", "comment_seq", "epoch", "created_at", "last_active_at", "closed_at"),
]


@admin.register(Room)
class RoomAdmin(ReadOnlyAdmin):
    form = RoomForm
    list_display = [
        "title",
        "room_id",
        "visibility",
        "owner",
        "is_demo",
        "revision",
        "last_active_at",
        "closed_at",
    ]
    list_filter = ["visibility", "is_demo", "closed_at"]
    list_select_related = ["owner"]
    search_fields = ["room_id", "title"]
    date_hierarchy = "created_at"
    fields = ["title", "visibility", *CHAT_FIELDS, *READONLY_ROOM_FIELDS]
    readonly_fields = READONLY_ROOM_FIELDS
    actions = ["close", "remove_cover"]

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return may_change(self, request)

    @admin.display(boolean=True)
    def has_passphrase(self, room: Room) -> bool:
        return bool(room.passphrase)

    def save_model(self, request: HttpRequest, obj: Room, form: forms.ModelForm[Room], change: bool) -> None:
        assert isinstance(form, RoomForm)
        changes = {name: form.cleaned_data[name] for name in form.changed_data if name not in CHAT_FIELDS}
        chat, reason = form.chat_changes(), staff_reason(request)
        try:
            if changes:
                actions.update_room(obj, actor=None, reason=reason, **changes)
            if chat != ChatChanges():
                actions.set_chat_rules(obj, chat, actor=None, reason=reason)
        except Refused as refused:
            messages.error(request, str(refused))

    @admin.action(description="Close the selected rooms", permissions=["change"])
    def close(self, request: HttpRequest, rooms: QuerySet[Room]) -> None:
        reason = staff_reason(request)
        act_on_each(
            self, request, rooms, lambda room: actions.close_room(room, actor=None, reason=reason), "Closed"
        )

    @admin.action(description="Remove the covers of the selected rooms", permissions=["change"])
    def remove_cover(self, request: HttpRequest, rooms: QuerySet[Room]) -> None:
        reason = staff_reason(request)
        act_on_each(
            self,
            request,
            rooms,
            lambda room: set_cover(room, None, actor=None, reason=reason),
            "Cover removed",
        )


@admin.register(Member)
class MemberAdmin(ReadOnlyAdmin):
    list_display = [
        "username",
        "room",
        "role",
        "present",
        "joined_at",
        "left_at",
        "muted_until",
        "last_heartbeat",
        "is_synced",
    ]
    list_filter = ["role", "present"]
    list_select_related = ["room", "person"]
    search_fields = ["username", "room__room_id", "room__title", "person__user_id"]
    exclude = ["address_hash"]
    actions = ["mute", "unmute", "send_out", "ban_for_a_day"]

    def has_act_permission(self, request: HttpRequest) -> bool:
        return may_change(self, request)

    @admin.display(description="muted until")
    def muted_until(self, member: Member) -> datetime | None:
        until_ms = member.muted_until_ms
        return datetime.fromtimestamp(until_ms / 1000, UTC) if until_ms else None

    @admin.action(description="Mute for an hour", permissions=["act"])
    def mute(self, request: HttpRequest, members: QuerySet[Member]) -> None:
        def action(member: Member) -> None:
            actions.mute(
                member.room,
                member.person.user_id,
                actor=None,
                minutes=MUTE_MINUTES,
                reason=staff_reason(request),
            )

        act_on_each(self, request, members, action, "Muted for an hour")

    @admin.action(description="End the mute", permissions=["act"])
    def unmute(self, request: HttpRequest, members: QuerySet[Member]) -> None:
        def action(member: Member) -> None:
            actions.unmute(member.room, member.person.user_id, actor=None, reason=staff_reason(request))

        act_on_each(self, request, members, action, "Ended the mute")

    @admin.action(description="Remove from the room", permissions=["act"])
    def send_out(self, request: HttpRequest, members: QuerySet[Member]) -> None:
        def action(member: Member) -> None:
            actions.remove(member.room, member.person.user_id, actor=None, reason=staff_reason(request))

        act_on_each(self, request, members, action, "Removed")

    @admin.action(description="Ban from the room for a day", permissions=["act"])
    def ban_for_a_day(self, request: HttpRequest, members: QuerySet[Member]) -> None:
        def action(member: Member) -> None:
            actions.ban(
                member.room,
                member.person.user_id,
                actor=None,
                minutes=BAN_MINUTES,
                reason=staff_reason(request),
            )

        act_on_each(self, request, members, action, "Banned for a day")


def staff_reason(request: HttpRequest) -> str:
    return f"by {request.user.get_username()}, in admin"


@admin.register(Person)
class PersonAdmin(ReadOnlyAdmin):
    list_display = ["username", "user_id", "account", "created_at", "last_seen_at"]
    list_select_related = ["account"]
    search_fields = ["username", "user_id"]
    list_filter = [("account", admin.EmptyFieldListFilter)]


@admin.register(Token)
class TokenAdmin(ReadOnlyAdmin):
    """API tokens. Deleting one revokes it and closes its sockets."""

    list_display = ["person", "created_at", "last_used_at"]
    list_select_related = ["person"]
    search_fields = ["person__username", "person__user_id"]
    exclude = ["digest"]

    def delete_model(self, request: HttpRequest, obj: Token) -> None:
        actions.revoke_token(obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Token]) -> None:
        for token in queryset:
            actions.revoke_token(token)

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return bool(request.user.is_active and request.user.has_perm("rooms.delete_token"))


@admin.register(Ban)
class BanAdmin(ReadOnlyAdmin):
    list_display = ["person", "room", "until", "lifted_at", "created_at"]
    list_select_related = ["person", "room"]
    list_filter = [("lifted_at", admin.EmptyFieldListFilter)]
    search_fields = ["person__username", "person__user_id", "room__room_id"]
    exclude = ["address_hash"]
    actions = ["lift"]

    def has_act_permission(self, request: HttpRequest) -> bool:
        return may_change(self, request)

    @admin.action(description="Lift the ban", permissions=["act"])
    def lift(self, request: HttpRequest, bans: QuerySet[Ban]) -> None:
        reason = staff_reason(request)
        act_on_each(
            self, request, bans, lambda ban: actions.lift_ban(ban, actor=None, reason=reason), "Lifted"
        )

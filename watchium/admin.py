"""Accounts in the admin, whose changes also disconnect open pages of the account; and the log of acts, with undo."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from rooms.actions import reconnect_person
from rooms.admin import ReadOnlyAdmin, act_on_each, may_change, staff_reason
from rooms.models import AccountName, ModerationAct, Person
from watchium.services.moderation.undo import undo_act

if TYPE_CHECKING:
    UserForm = ModelForm[User]
    Accounts = UserAdmin[User]
    AddForm = AdminUserCreationForm[User]
    ChangeForm = UserChangeForm[User]
else:  # not generic at run time
    UserForm, Accounts = ModelForm, UserAdmin
    AddForm, ChangeForm = AdminUserCreationForm, UserChangeForm


class _AvailableNameForm(forms.Form):
    """Rejects a name that looks like another account's name."""

    instance: User

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        name = (cleaned or {}).get("username", "")
        if "username" in self.changed_data and AccountName.objects.is_taken(
            name, except_account=self.instance.pk
        ):
            self.add_error("username", "This name looks like that of another account.")
        return cleaned


class AddAccountForm(_AvailableNameForm, AddForm):
    pass


class ChangeAccountForm(_AvailableNameForm, ChangeForm):
    pass


class AccountAdmin(Accounts):
    """Closes the sockets of a changed account, because a socket is authenticated only when it opens.

    Clients of a valid account reconnect by themselves; those of a deactivated or deleted one are rejected.
    """

    list_per_page = 50
    form = ChangeAccountForm
    add_form = AddAccountForm

    def save_model(self, request: HttpRequest, obj: User, form: UserForm, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if "is_active" in form.changed_data:
            _recheck([obj.pk])

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:
        response = super().user_change_password(request, id, form_url)
        if request.method == "POST" and response.status_code == 302 and id.isdecimal():
            _recheck([int(id)])
        return response

    def delete_model(self, request: HttpRequest, obj: User) -> None:
        _recheck([obj.pk])
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        _recheck(list(queryset.values_list("pk", flat=True)))
        super().delete_queryset(request, queryset)


def _recheck(accounts: list[Any]) -> None:
    for person_pk in Person.objects.of_accounts(accounts):
        reconnect_person(person_pk)


admin.site.unregister(User)
admin.site.register(User, AccountAdmin)

admin.site.site_header = admin.site.site_title = "Watchium"
admin.site.index_title = "Administration"


@admin.register(ModerationAct)
class ModerationActAdmin(ReadOnlyAdmin):
    list_display = ["kind", "room", "by", "target", "why", "created_at", "undone_at"]
    list_filter = ["kind"]
    list_select_related = ["room", "by", "target"]
    search_fields = ["room__room_id", "target__username", "target__user_id", "why"]
    actions = ["undo"]

    def has_act_permission(self, request: HttpRequest) -> bool:
        return may_change(self, request)

    @admin.action(description="Undo", permissions=["act"])
    def undo(self, request: HttpRequest, acts: QuerySet[ModerationAct]) -> None:
        def action(act: ModerationAct) -> None:
            undo_act(act.room, act.pk, actor=None, now=timezone.now(), reason=staff_reason(request))

        act_on_each(self, request, acts, action, "Undone")

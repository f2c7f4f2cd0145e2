"""Accounts for the operator's staff: Django's own pages, and what is done there shows in open pages at once."""

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

from rooms.actions import recheck
from rooms.models import AccountName, Person

if TYPE_CHECKING:
    UserForm = ModelForm[User]
    Accounts = UserAdmin[User]
    AddForm = AdminUserCreationForm[User]
    ChangeForm = UserChangeForm[User]
else:  # these take their parameter only when types are checked
    UserForm, Accounts = ModelForm, UserAdmin
    AddForm, ChangeForm = AdminUserCreationForm, UserChangeForm


class _FreeName(forms.Form):
    """Refuses a name that looks like that of another account."""

    instance: User

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        name = (cleaned or {}).get("username", "")
        if "username" in self.changed_data and AccountName.objects.is_taken(name, besides=self.instance.pk):
            self.add_error("username", "This name looks like that of another account.")
        return cleaned


class AddAccountForm(_FreeName, AddForm):
    pass


class ChangeAccountForm(_FreeName, ChangeForm):
    pass


class AccountAdmin(Accounts):
    """A socket asks who it is once, when it opens: whoever may have changed is sent back to ask again.

    Who still is who they were comes back by themselves. Whose account was switched off or deleted is not let in.
    """

    list_per_page = 50
    form = ChangeAccountForm
    add_form = AddAccountForm

    def save_model(self, request: HttpRequest, obj: User, form: UserForm, change: bool) -> None:
        super().save_model(request, obj, form, change)
        if "is_active" in form.changed_data:
            _ask_again([obj.pk])

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:
        answer = super().user_change_password(request, id, form_url)
        if request.method == "POST" and answer.status_code == 302 and id.isdecimal():
            _ask_again([int(id)])
        return answer

    def delete_model(self, request: HttpRequest, obj: User) -> None:
        _ask_again([obj.pk])
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        _ask_again(list(queryset.values_list("pk", flat=True)))
        super().delete_queryset(request, queryset)


def _ask_again(accounts: list[Any]) -> None:
    for person_pk in Person.objects.of_accounts(accounts):
        recheck(person_pk)


admin.site.unregister(User)
admin.site.register(User, AccountAdmin)

admin.site.site_header = admin.site.site_title = "Watchium"
admin.site.index_title = "Behind the scenes"

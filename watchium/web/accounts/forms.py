"""Forms of the account's page. Those that matter ask for the password, with the limits of the sign-in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib.auth.forms import SetPasswordMixin
from django.contrib.auth.models import User
from django.http import HttpRequest, QueryDict
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from rooms import rate_limits
from rooms.auth.identity import identify
from rooms.display_names import NAME_CHARS, clean_name
from rooms.models import AccountName, Person
from watchium.protocol.errors import RateLimited, Refused
from watchium.web.accounts import login_limits
from watchium.web.accounts.access import signed_in_recently

if TYPE_CHECKING:
    PasswordFields = SetPasswordMixin[User]
else:  # not generic at run time
    PasswordFields = SetPasswordMixin

TOO_MANY = _("Too many attempts. Wait a minute.")


def available_name(given: str, account: int | None) -> str:
    """Return the cleaned name; raise ValidationError if it looks like another account's name."""
    try:
        name = clean_name(given)
    except Refused as refused:
        raise forms.ValidationError(refused.translated(translation)) from None
    if AccountName.objects.is_taken(name, except_account=account):
        raise forms.ValidationError(_("This username is taken."))
    return name


class NameForm(forms.Form):
    username = forms.CharField(
        label=_("Username"),
        min_length=2,
        max_length=NAME_CHARS,
        widget=forms.TextInput(attrs={"data-longest": NAME_CHARS, "autocomplete": "username"}),
    )

    def __init__(self, person: Person, data: QueryDict | None = None) -> None:
        self.person = person
        super().__init__(data, initial={"username": person.username}, auto_id="name_%s")

    def clean_username(self) -> str:
        name = available_name(self.cleaned_data["username"], self.person.account_id)
        # As at the sign-up: letters, digits and a few signs.
        User._meta.get_field("username").run_validators(name)
        return name

    def clean(self) -> dict[str, Any] | None:
        try:
            rate_limits.limit_account_changes(self.person.user_id)
        except RateLimited:
            raise forms.ValidationError(TOO_MANY) from None
        return super().clean()


class ConfirmedForm(forms.Form):
    """Asks for the password. Accounts without one, which use a passkey or another site, need a recent sign-in."""

    old_password = forms.CharField(
        label=_("Your password"),
        strip=False,
        max_length=4096,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    prefix_of_ids = "confirm"

    def __init__(
        self,
        request: HttpRequest,
        person: Person,
        data: QueryDict | None = None,
        initial: dict[str, str] | None = None,
    ) -> None:
        self.request, self.person = request, person
        assert person.account is not None
        self.account = person.account
        super().__init__(data, initial=initial, auto_id=f"{self.prefix_of_ids}_%s")
        if not self.account.has_usable_password():
            del self.fields["old_password"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if "old_password" not in self.fields:
            if not signed_in_recently(self.request):
                raise forms.ValidationError(_("Sign out, sign in again, and do this within ten minutes."))
        elif password := cleaned.get("old_password"):
            self._check(password)
        return cleaned

    def _check(self, password: str) -> None:
        if login_limits.wait_s(identify(self.request).address, self.account.get_username()):
            raise forms.ValidationError(TOO_MANY)
        if not self.account.check_password(password):
            self.add_error("old_password", _("This is not your password."))


class PasswordForm(PasswordFields, ConfirmedForm):
    """Also sets a first password for an account that has none."""

    password1, password2 = SetPasswordMixin.create_password_fields(
        label1=_("New password"), label2=_("New password again")
    )
    prefix_of_ids = "password"
    field_order = ["old_password", "password1", "password2"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        self.validate_passwords("password1", "password2")
        self.validate_password_for_user(self.account, "password2")
        if not self.errors:
            try:
                rate_limits.limit_new_secrets(self.person.user_id)
            except RateLimited:
                raise forms.ValidationError(TOO_MANY) from None
        return cleaned


class EmailForm(ConfirmedForm):
    email = forms.EmailField(
        label=_("E-mail address"),
        required=False,
        max_length=254,
        help_text=_("For resetting your password, and nothing else. Leave it empty to remove it."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    prefix_of_ids = "email"
    field_order = ["email", "old_password"]

    def __init__(self, request: HttpRequest, person: Person, data: QueryDict | None = None) -> None:
        assert person.account is not None
        super().__init__(request, person, data, {"email": person.account.email})


class DeleteForm(ConfirmedForm):
    prefix_of_ids = "delete"
    username = forms.CharField(label=_("Type your username, to be sure"), max_length=NAME_CHARS)
    field_order = ["username", "old_password"]

    def clean_username(self) -> str:
        name = str(self.cleaned_data["username"]).strip()
        if name.casefold() != self.account.get_username().casefold():
            raise forms.ValidationError(_("This is not your username."))
        return name

"""Reset a forgotten password: by a link in an e-mail, or by one that the operator makes (`manage.py reset_link`)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.views import PasswordResetConfirmView
from django.forms import BaseForm
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from rooms import rate_limits
from rooms.auth.identity import identify
from rooms.urls import own_url
from watchium.protocol.errors import RateLimited
from watchium.services.accounts.mail import send_reset_links
from watchium.services.accounts.passwords import end_sessions_of_former_password
from watchium.web.accounts.forms import TOO_MANY


class ResetForm(forms.Form):
    email = forms.EmailField(
        label=_("E-mail address"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )


@never_cache
@require_http_methods(["GET", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """The response is the same whether an account has this address or not."""
    if not settings.EMAIL_HOST:
        return render(request, "accounts/reset_by_operator.html")
    form = ResetForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        email = form.cleaned_data["email"]
        try:
            rate_limits.limit_password_resets(identify(request).address, email)
            send_reset_links(email, own_url(request))
            return HttpResponseRedirect("/accounts/reset/sent/")
        except RateLimited as refused:
            form.add_error(None, TOO_MANY)
            response = render(request, "accounts/reset.html", {"form": form}, status=refused.status)
            response["Retry-After"] = str(max(1, (refused.retry_after_ms or 0) // 1000))
            return response
    return render(request, "accounts/reset.html", {"form": form}, status=400 if form.errors else 200)


@never_cache
@require_safe
def sent(request: HttpRequest) -> HttpResponse:
    if not settings.EMAIL_HOST:
        raise Http404
    return render(request, "accounts/reset_sent.html")


class NewPassword(PasswordResetConfirmView):
    """The link's token moves to the session at once, so that no referrer and no shoulder reads it in the address."""

    template_name = "accounts/new_password.html"
    success_url = reverse_lazy("login")

    def form_valid(self, form: BaseForm) -> HttpResponse:
        response = super().form_valid(form)  # type: ignore[arg-type]  # the stubs want the form's own class
        end_sessions_of_former_password(self.user)
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return {**super().get_context_data(**kwargs), "next": None}

"""The page shown when Django's CSRF check rejects a form."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from rooms.auth.csrf_reasons import csrf_failure_text


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return render(request, "refused.html", {"text": csrf_failure_text(request, reason)}, status=403)

"""Progressive web app: the manifest, and a service worker with an offline page."""

from __future__ import annotations

import json
from functools import lru_cache
from hashlib import sha256

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils.translation import gettext
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

SERVICE_WORKER = settings.BASE_DIR / "templates" / "pwa" / "service_worker.js"
STYLESHEETS = ("css/tokens.css", "css/base.css", "css/card.css")
OFFLINE_ASSETS = (*STYLESHEETS, "favicon.svg", "js/entry/offline.js")
BACKGROUND = "#13100e"
ICONS = (
    ("icons/icon-192.png", "192x192", "any"),
    ("icons/icon-512.png", "512x512", "any"),
    ("icons/icon-maskable-512.png", "512x512", "maskable"),
)


@require_safe
@cache_control(max_age=3600)
def manifest(request: HttpRequest) -> HttpResponse:
    icons = [
        {"src": static(name), "sizes": sizes, "type": "image/png", "purpose": purpose}
        for name, sizes, purpose in ICONS
    ]
    document = {
        "id": "/player/",
        "name": "Watchium",
        "short_name": "Watchium",
        "description": gettext("Your music and films, at the same position in every tab."),
        "start_url": "/player/",
        "scope": "/",
        "display": "standalone",
        "background_color": BACKGROUND,
        "theme_color": BACKGROUND,
        "icons": icons,
    }
    return JsonResponse(document, content_type="application/manifest+json")


@require_safe
@cache_control(no_cache=True)
def service_worker(request: HttpRequest) -> HttpResponse:
    """The script changes whenever the offline page or one of its assets changes: browsers compare it byte by byte."""
    text = _read_worker() if settings.DEBUG else _cached_worker()
    return HttpResponse(text, content_type="text/javascript; charset=utf-8")


@lru_cache(maxsize=1)
def _cached_worker() -> str:
    return _read_worker()


def _read_worker() -> str:
    files = [static(name) for name in OFFLINE_ASSETS]
    page = render_to_string("pwa/offline.html", {"stylesheets": _stylesheets()})
    version = sha256("\n".join([page, *files]).encode()).hexdigest()[:12]
    constants = {"CACHE": f"watchium-offline-{version}", "PAGE": "/offline/", "ASSETS": files}
    head = "".join(f"const {name} = {json.dumps(value)}\n" for name, value in constants.items())
    return head + SERVICE_WORKER.read_text("utf-8")


@require_safe
@cache_control(no_cache=True)
def offline(request: HttpRequest) -> HttpResponse:
    """Contains nothing about the user, because the browser stores it."""
    return render(request, "pwa/offline.html", {"stylesheets": _stylesheets()})


def _stylesheets() -> list[str]:
    return [static(name) for name in STYLESHEETS]

"""What lets a browser install the player: a manifest, and a worker with a page for when there is no line."""

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

WORKER = settings.BASE_DIR / "templates" / "pwa" / "service_worker.js"
SHEETS = ("css/tokens.css", "css/base.css", "css/card.css")
DRAWN_WITH = (*SHEETS, "favicon.svg", "js/entry/offline.js")
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
    """Another one whenever the page or anything it is drawn with is another: browsers compare it byte by byte."""
    text = _read_worker() if settings.DEBUG else _kept_worker()
    return HttpResponse(text, content_type="text/javascript; charset=utf-8")


@lru_cache(maxsize=1)
def _kept_worker() -> str:
    return _read_worker()


def _read_worker() -> str:
    files = [static(name) for name in DRAWN_WITH]
    page = render_to_string("pwa/offline.html", {"sheets": _sheets()})
    version = sha256("\n".join([page, *files]).encode()).hexdigest()[:12]
    constants = {"KEPT": f"watchium-offline-{version}", "PAGE": "/offline/", "WITH": files}
    head = "".join(f"const {name} = {json.dumps(value)}\n" for name, value in constants.items())
    return head + WORKER.read_text("utf-8")


@require_safe
@cache_control(no_cache=True)
def offline(request: HttpRequest) -> HttpResponse:
    """Says nothing about anybody: it is kept in the browser."""
    return render(request, "pwa/offline.html", {"sheets": _sheets()})


def _sheets() -> list[str]:
    return [static(name) for name in SHEETS]

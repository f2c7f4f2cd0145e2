"""Template tags for languages: the script with the texts of scripts, for all languages but English."""

from __future__ import annotations

from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from django import template
from django.conf import settings
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

register = template.Library()


@register.simple_tag
def offered_languages() -> list[tuple[str, str]]:
    """Code and name of each language, in itself: Django's own tag translates the names."""
    return list(settings.LANGUAGES)


@register.simple_tag(takes_context=True)
def catalogue(context: dict[str, Any]) -> SafeString:
    """`<script>` with the texts that scripts show. It is deferred, and so runs before the modules below it."""
    language = get_language() or "en"
    if language == "en":
        return SafeString("")
    address = reverse("catalogue", args=[language, catalogue_version(language)])
    return format_html('<script src="{}" defer></script>', address)


@lru_cache
def catalogue_version(language: str) -> str:
    """Part of the address, which browsers keep for a year: a hash of the catalogue's file."""
    folder = language.replace("-", "_")
    file = Path(settings.LOCALE_PATHS[0], folder, "LC_MESSAGES", "djangojs.mo")
    return sha256(file.read_bytes()).hexdigest()[:12] if file.exists() else "none"

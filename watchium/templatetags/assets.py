"""Template tags for static files: the import map, preload hints and icons.

There is no bundler. Modules import each other by relative paths; the browser resolves those against the importer's
URL and looks the result up in the import map, which leads to the hashed file name. Django's rewriting of imports stays
off: it uses regular expressions and silently skips imports that they do not match. Preload hints may use a pattern,
because a missing hint costs a little time and breaks nothing.
"""

from __future__ import annotations

import json
import posixpath
import re
from functools import lru_cache
from typing import Any

from django import template
from django.conf import settings
from django.contrib.staticfiles import finders
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

register = template.Library()

FOLDERS = ("js/", "vendor/")
# Modules, and what a vendored one fetches: it finds the hashed file through `import.meta.resolve`.
ENDINGS = (".js", ".mjs", ".wasm", ".woff2")
# A bare import, or names followed by `from`; a function or a comment between them makes it another statement.
STATIC_IMPORT = re.compile(
    r'^(?:import|export)\s*(?:[\w$*{},\s]*?\bfrom\s*)?["\'](\.[^"\']+)["\']', re.MULTILINE
)
# Characters with a meaning to the HTML parser inside a script, as JSON escapes
ESCAPES = {ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026"}


@register.simple_tag(takes_context=True)
def importmap(context: template.Context) -> SafeString:
    """`<script type="importmap">` that maps each module's path to its hashed file."""
    served = json.dumps({"imports": _imports()}, separators=(",", ":")).translate(ESCAPES)
    return format_html('<script type="importmap" nonce="{}">{}</script>', _nonce(context), mark_safe(served))  # noqa: S308


@register.simple_tag(takes_context=True)
def modulepreload(context: template.Context, *entries: str) -> SafeString:
    """Preload hints for `entries` and all their imports, so that nested imports cost no round trips."""
    names = _closure(entries)
    links = ((static(name), _nonce(context)) for name in names)
    return format_html_join("\n", '<link rel="modulepreload" href="{}" nonce="{}">', links)


@register.simple_tag
def icon(name: str) -> SafeString:
    """An icon of the sprite, hidden from screen readers: the text beside it is the label."""
    return format_html(
        '<svg class="icon" aria-hidden="true"><use href="{}#{}"></use></svg>', static("icons.svg"), name
    )


def _nonce(context: template.Context) -> str:
    # Only str() creates the nonce: before that it is falsy and the header contains none.
    return str(getattr(context.get("request"), "csp_nonce", ""))


def _imports() -> dict[str, str]:
    return _read_imports() if settings.DEBUG else _cached_imports()


def _read_imports() -> dict[str, str]:
    return {f"{settings.STATIC_URL}{name}": static(name) for name in _modules()}


@lru_cache(maxsize=1)
def _cached_imports() -> dict[str, str]:
    return _read_imports()


def _modules() -> list[str]:
    found: set[str] = set()
    for finder in finders.get_finders():
        found.update(name.replace("\\", "/") for name, _ in finder.list([]))
    return sorted(name for name in found if name.startswith(FOLDERS) and name.endswith(ENDINGS))


def _closure(entries: tuple[str, ...]) -> list[str]:
    return list(_read_closure(entries) if settings.DEBUG else _cached_closure(entries))


@lru_cache(maxsize=32)
def _cached_closure(entries: tuple[str, ...]) -> tuple[str, ...]:
    return _read_closure(entries)


def _read_closure(entries: tuple[str, ...]) -> tuple[str, ...]:
    seen: dict[str, None] = {}
    waiting = list(entries)
    while waiting:
        name = waiting.pop(0)
        source: Any = None if name in seen else finders.find(name)
        if source:
            seen[name] = None
            waiting += _imported(name, str(source))
    return tuple(seen)


def _imported(name: str, source: str) -> list[str]:
    with open(source, encoding="utf-8") as file:
        return [
            posixpath.normpath(posixpath.join(posixpath.dirname(name), path))
            for path in STATIC_IMPORT.findall(file.read())
        ]

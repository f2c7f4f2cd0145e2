"""What pages need of the static files: the import map, preload hints and icons.

There is no bundler. Modules import each other by relative paths; the browser resolves those against the
importer's own URL and then looks them up in the import map, which leads to the hashed names. Django's own
rewriting of imports works by regular expressions and silently skips what they do not match, so it stays off.
A preload hint that is missed costs a little time and breaks nothing: there, a pattern is good enough.
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
# An import for its effects, or names and then `from`: a function or a comment between would make it another statement.
STATIC_IMPORT = re.compile(
    r'^(?:import|export)\s*(?:[\w$*{},\s]*?\bfrom\s*)?["\'](\.[^"\']+)["\']', re.MULTILINE
)
# What HTML would read inside a script, as JSON escapes.
ESCAPES = {ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026"}


@register.simple_tag(takes_context=True)
def importmap(context: template.Context) -> SafeString:
    """`<script type="importmap">` with every module of ours, plain name to served name."""
    served = json.dumps({"imports": _imports()}, separators=(",", ":")).translate(ESCAPES)
    return format_html('<script type="importmap" nonce="{}">{}</script>', _nonce(context), mark_safe(served))  # noqa: S308


@register.simple_tag(takes_context=True)
def modulepreload(context: template.Context, *entries: str) -> SafeString:
    """A preload hint for each of `entries` and all they import: then depth of imports costs no round trips."""
    names = _with_imports(entries)
    links = ((static(name), _nonce(context)) for name in names)
    return format_html_join("\n", '<link rel="modulepreload" href="{}" nonce="{}">', links)


@register.simple_tag
def icon(name: str) -> SafeString:
    """One drawing of the sprite; it says nothing to a screen reader, the text beside it does."""
    return format_html(
        '<svg class="icon" aria-hidden="true"><use href="{}#{}"></use></svg>', static("icons.svg"), name
    )


def _nonce(context: template.Context) -> str:
    # Asked for by str() alone: until then the nonce is false and the header does without.
    return str(getattr(context.get("request"), "csp_nonce", ""))


def _imports() -> dict[str, str]:
    return _read_imports() if settings.DEBUG else _kept_imports()


def _read_imports() -> dict[str, str]:
    return {f"{settings.STATIC_URL}{name}": static(name) for name in _modules()}


@lru_cache(maxsize=1)
def _kept_imports() -> dict[str, str]:
    return _read_imports()


def _modules() -> list[str]:
    found: set[str] = set()
    for finder in finders.get_finders():
        found.update(name.replace("\\", "/") for name, _ in finder.list([]))
    return sorted(name for name in found if name.startswith(FOLDERS) and name.endswith((".js", ".mjs")))


def _with_imports(entries: tuple[str, ...]) -> list[str]:
    return list(_read_closure(entries) if settings.DEBUG else _kept_closure(entries))


@lru_cache(maxsize=32)
def _kept_closure(entries: tuple[str, ...]) -> tuple[str, ...]:
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

"""What was set, and what that means to strangers."""

from __future__ import annotations

import stat
from pathlib import Path

from django.conf import settings

from watchium.doctor.check import Finding, fail, ok, warn
from watchium.settings import HTTPS

SHORTEST_KEY = 50
FEWEST_LETTERS = 5


def debug() -> Finding:
    if not settings.DEBUG:
        return ok("off")
    fix = "Unset DEBUG: it shows settings and source code to whoever meets an error."
    return fail("on, at an address for everybody", fix) if settings.WATCHIUM_URL else warn("on", fix)


def secret_key() -> Finding:
    key = settings.SECRET_KEY
    if len(key) < SHORTEST_KEY or len(set(key)) < FEWEST_LETTERS or key.startswith("django-insecure-"):
        return fail(
            "too easy to guess: sessions could be forged",
            f"Set SECRET_KEY to {SHORTEST_KEY} random characters or more.",
        )
    kept = Path(settings.DATA_DIR) / "secret_key"
    if kept.exists() and kept.stat().st_mode & (stat.S_IRGRP | stat.S_IROTH):
        return warn(f"others on this machine may read {kept}", f"Run: chmod 600 {kept}")
    return ok(f"{len(key)} characters")


def address() -> Finding:
    url = settings.WATCHIUM_URL
    if not url:
        return warn(
            "WATCHIUM_URL is not set: this machine only",
            "Set WATCHIUM_URL to the address that people use, to serve others.",
        )
    if not HTTPS:
        return warn(
            f"{url} is not encrypted",
            "Let a proxy end TLS and set WATCHIUM_URL to https://...: sign-ins travel in the open.",
        )
    if not settings.PROXIES:
        return fail(
            "https, and WATCHIUM_BEHIND_PROXY is off: forms would be refused",
            "Unset WATCHIUM_BEHIND_PROXY; let the proxy set X-Forwarded-Proto and overwrite X-Forwarded-For.",
        )
    return ok(url)

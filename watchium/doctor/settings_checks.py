"""Checks of settings that decide how safe the server is."""

from __future__ import annotations

import stat
from pathlib import Path

from django.conf import settings

from watchium.doctor.check import Result, fail, ok, warn

MIN_KEY_CHARS = 50
MIN_DISTINCT_CHARS = 5


def debug() -> Result:
    if not settings.DEBUG:
        return ok("off")
    fix = "Unset DEBUG: error pages show settings and source code to the visitor."
    return fail("on, at a public address", fix) if settings.WATCHIUM_URL else warn("on", fix)


def secret_key() -> Result:
    key = settings.SECRET_KEY
    if len(key) < MIN_KEY_CHARS or len(set(key)) < MIN_DISTINCT_CHARS or key.startswith("django-insecure-"):
        return fail(
            "too easy to guess: sessions could be forged",
            f"Set SECRET_KEY to {MIN_KEY_CHARS} random characters or more.",
        )
    key_file = Path(settings.DATA_DIR) / "secret_key"
    if key_file.exists() and key_file.stat().st_mode & (stat.S_IRGRP | stat.S_IROTH):
        return warn(f"other users of this machine can read {key_file}", f"Run: chmod 600 {key_file}")
    return ok(f"{len(key)} characters")


def address() -> Result:
    url = settings.WATCHIUM_URL
    if not url:
        return warn(
            "WATCHIUM_URL is not set: this machine only",
            "To serve other machines, set WATCHIUM_URL to the address that people open.",
        )
    if not settings.HTTPS:
        return warn(
            f"{url} is not encrypted, so passwords are sent in clear text",
            "Terminate TLS at a reverse proxy and set WATCHIUM_URL to https://...",
        )
    if not settings.PROXIES:
        return fail(
            "WATCHIUM_URL is https but WATCHIUM_BEHIND_PROXY is off: forms would be rejected",
            "Unset WATCHIUM_BEHIND_PROXY; let the proxy set X-Forwarded-Proto and overwrite X-Forwarded-For.",
        )
    return ok(url)

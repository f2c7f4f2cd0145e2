"""Checks of the ways to sign in besides a password."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.conf import settings

from rooms.accounts.openid import ProviderFailed, configuration
from watchium.config.host_names import parsed_ip
from watchium.doctor.check import Result, fail, ok, warn


def passkeys() -> Result:
    """Browsers have passkeys for https and a host name, and at localhost."""
    if not settings.PASSKEYS:
        return ok("off")
    host = urlsplit(settings.WATCHIUM_URL).hostname or ""
    if not host:
        return warn("they work at localhost only", "Set WATCHIUM_URL to the https address that people open.")
    if not settings.HTTPS or parsed_ip(host) is not None:
        return fail(f"browsers have none for {settings.WATCHIUM_URL}", "They need https and a host name.")
    return ok(f"bound to {host}")


def openid_provider() -> Result:
    """Read the provider's description, as a sign-in does."""
    if settings.OPENID is None:
        return ok("not configured")
    try:
        configuration(settings.OPENID)
    except ProviderFailed as problem:
        fix = "Check WATCHIUM_OPENID_ISSUER: it is written exactly as the provider calls itself."
        return fail(f"{settings.OPENID.issuer}: {problem.detail}", fix)
    return ok(f"{settings.OPENID.issuer} describes itself")

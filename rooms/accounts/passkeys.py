"""Registration of passkeys and signing in with them, by the `webauthn` library.

The challenge of each ceremony is in a signed cookie of the browser that began it, because a visitor who only looks at
the sign-in must not leave a row in the database. An answer to it leaves one, so that it is used once.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, TypeGuard

from django.db import transaction
from django.utils import timezone

from rooms.accounts.models import MAX_PASSKEYS, Passkey, UsedChallenge
from watchium.protocol.errors import NotAllowed, TooLong, gettext_noop

TIMEOUT_MS = 120_000


class PasskeyRefused(NotAllowed):
    code = "not_allowed"

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or gettext_noop("This passkey does not work here."))


@dataclass(frozen=True)
class Server:
    """`name` is the host that passkeys are bound to; `origin` is the address of the pages."""

    name: str
    origin: str


def begin_registration(server: Server, account: Any, user_id: str) -> dict[str, Any]:
    """Return the options for `navigator.credentials.create`. Raises TooLong for the 21st passkey."""
    from webauthn import generate_registration_options, options_to_json
    from webauthn.helpers import base64url_to_bytes
    from webauthn.helpers.structs import (
        AuthenticatorSelectionCriteria,
        PublicKeyCredentialDescriptor,
        ResidentKeyRequirement,
        UserVerificationRequirement,
    )

    known = Passkey.objects.of(account.pk)
    if len(known) >= MAX_PASSKEYS:
        raise TooLong("You have {count} passkeys. Remove one first.", count=MAX_PASSKEYS)
    options = generate_registration_options(
        rp_id=server.name,
        rp_name="Watchium",
        user_id=user_id.encode(),
        user_name=account.get_username(),
        timeout=TIMEOUT_MS,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=[
            PublicKeyCredentialDescriptor(id=base64url_to_bytes(passkey.credential_id)) for passkey in known
        ],
    )
    return dict(json.loads(options_to_json(options)))


@transaction.atomic
def finish_registration(server: Server, account: Any, credential: Any, challenge: str, name: str) -> Passkey:
    """Verify what the browser returned and store the passkey. Raises PasskeyRefused, TooLong for the 21st."""
    from webauthn import verify_registration_response
    from webauthn.helpers import base64url_to_bytes, bytes_to_base64url
    from webauthn.helpers.exceptions import WebAuthnException

    try:
        verified = verify_registration_response(
            credential=credential,
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=server.name,
            expected_origin=server.origin,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, TypeError, KeyError, AttributeError):
        raise PasskeyRefused from None
    _use(challenge)
    passkey = Passkey.objects.add(
        account.pk,
        bytes_to_base64url(verified.credential_id),
        public_key=verified.credential_public_key,
        sign_count=verified.sign_count,
        name=name,
    )
    if passkey is None:
        raise PasskeyRefused
    return passkey


def begin_sign_in(server: Server) -> dict[str, Any]:
    """Return the options for `navigator.credentials.get`. They name no passkey, and so disclose no account."""
    from webauthn import generate_authentication_options, options_to_json
    from webauthn.helpers.structs import UserVerificationRequirement

    options = generate_authentication_options(
        rp_id=server.name, timeout=TIMEOUT_MS, user_verification=UserVerificationRequirement.REQUIRED
    )
    return dict(json.loads(options_to_json(options)))


@transaction.atomic
def finish_sign_in(server: Server, credential: Any, challenge: str) -> Passkey:
    """Verify what the browser returned, store the passkey's count of uses and return it. Raises PasskeyRefused."""
    from webauthn import verify_authentication_response
    from webauthn.helpers import base64url_to_bytes
    from webauthn.helpers.exceptions import WebAuthnException

    identifier = credential.get("id") if isinstance(credential, dict) else None
    found = Passkey.objects.find(identifier) if is_identifier(identifier) else None
    passkey = Passkey.objects.locked(found.pk) if found is not None else None
    if passkey is None or not passkey.account.is_active:
        raise PasskeyRefused
    try:
        verified = verify_authentication_response(
            credential=credential,
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=server.name,
            expected_origin=server.origin,
            credential_public_key=bytes(passkey.public_key),
            credential_current_sign_count=passkey.sign_count,
            require_user_verification=True,
        )
    except (WebAuthnException, ValueError, TypeError, KeyError, AttributeError):
        raise PasskeyRefused from None
    _use(challenge)
    Passkey.objects.record_use(passkey, verified.new_sign_count, timezone.now())
    return passkey


def _use(challenge: str) -> None:
    """Raises PasskeyRefused for a challenge that was used before."""
    if not UsedChallenge.objects.claim(challenge, timezone.now()):
        raise PasskeyRefused


def is_identifier(value: Any) -> TypeGuard[str]:
    return isinstance(value, str) and 0 < len(value) <= 1400 and value.isascii() and value.isprintable()

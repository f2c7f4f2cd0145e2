"""OpenID Connect, the authorization code flow with PKCE: where to send the browser, and who came back.

Only addresses are requested that the operator's provider names, each for a limited time and a limited size. The ID
token's signature is verified, although it comes from the provider itself.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode, urlsplit

from watchium.config.openid import Provider
from watchium.process_state import per_process
from watchium.protocol.errors import Unavailable, gettext_noop

TIMEOUT_S = 5.0
MAX_BYTES = 1_000_000
KNOWN_S = 3600.0
LEEWAY_S = 60
ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]


class ProviderFailed(Unavailable):
    """`detail` is for the operator's log."""

    def __init__(self, detail: str) -> None:
        super().__init__(
            gettext_noop("The other site did not confirm who you are. Try again."), detail=detail
        )


@dataclass(frozen=True)
class Flow:
    """What the browser keeps while it is at the provider."""

    state: str
    nonce: str
    verifier: str

    @classmethod
    def begin(cls) -> Flow:
        return cls(secrets.token_urlsafe(24), secrets.token_urlsafe(24), secrets.token_urlsafe(48))


@dataclass(frozen=True)
class Confirmed:
    """`subject` identifies the person at the issuer; `name` is only a proposal."""

    subject: str
    name: str


@per_process
def _documents() -> dict[str, tuple[float, dict[str, Any]]]:
    return {}


def authorization_url(provider: Provider, flow: Flow, redirect_uri: str) -> str:
    digest = hashlib.sha256(flow.verifier.encode()).digest()
    query = {
        "response_type": "code",
        "client_id": provider.client_id,
        "redirect_uri": redirect_uri,
        "scope": "openid profile",
        "state": flow.state,
        "nonce": flow.nonce,
        "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
        "code_challenge_method": "S256",
    }
    address = configuration(provider)["authorization_endpoint"]
    return f"{address}{'&' if urlsplit(address).query else '?'}{urlencode(query)}"


def confirm(provider: Provider, flow: Flow, code: str, redirect_uri: str) -> Confirmed:
    """Exchange the code for an ID token and verify it. Raises ProviderFailed."""
    known = configuration(provider)
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": redirect_uri,
        "code_verifier": flow.verifier,
    }
    methods = known.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
    headers = {}
    if "client_secret_basic" in methods:
        pair = f"{quote(provider.client_id, safe='')}:{quote(provider.client_secret, safe='')}"
        headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
    else:
        form |= {"client_id": provider.client_id, "client_secret": provider.client_secret}
    answer = _request(known["token_endpoint"], urlencode(form).encode(), headers)
    claims = _verified(provider, str(answer.get("id_token", "")), flow.nonce)
    names = (claims.get(key) for key in ("preferred_username", "nickname", "name"))
    return Confirmed(claims["sub"], next((name for name in names if isinstance(name, str) and name), ""))


def configuration(provider: Provider) -> dict[str, Any]:
    """Return the provider's own description. Raises ProviderFailed if it lacks an address or names another issuer."""
    document = _known(f"{provider.issuer.rstrip('/')}/.well-known/openid-configuration")
    if document.get("issuer") != provider.issuer:
        raise ProviderFailed(f"the provider calls itself {document.get('issuer')!r:.200}")
    for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
        address = document.get(name)
        if not isinstance(address, str) or not address.startswith(("https://", "http://")):
            raise ProviderFailed(f"the provider has no {name}")
        if provider.issuer.startswith("https:") and not address.startswith("https:"):
            raise ProviderFailed(f"the provider's {name} is not encrypted")
    return document


def _verified(provider: Provider, token: str, nonce: str) -> dict[str, Any]:
    import jwt

    try:
        key_id = jwt.get_unverified_header(token).get("kid")
        claims: dict[str, Any] = jwt.decode(
            token,
            _key(configuration(provider)["jwks_uri"], key_id),
            algorithms=ALGORITHMS,
            audience=provider.client_id,
            issuer=provider.issuer,
            leeway=LEEWAY_S,
            options={"require": ["exp", "iat", "sub", "aud", "iss"]},
        )
    except jwt.PyJWTError as error:
        raise ProviderFailed(f"the ID token is refused: {error}") from None
    if not secrets.compare_digest(str(claims.get("nonce", "")).encode(), nonce.encode()):
        raise ProviderFailed("the ID token belongs to another sign-in")
    if claims.get("azp", provider.client_id) != provider.client_id:
        raise ProviderFailed("the ID token was issued to another site")
    if not 0 < len(claims["sub"]) <= 255:
        raise ProviderFailed("the ID token names nobody")
    return claims


def _key(address: str, key_id: str | None) -> Any:
    """Return the provider's key; one that is not known yet is fetched again, at most once in a request."""
    import jwt

    for fresh in (False, True):
        keys = jwt.PyJWKSet.from_dict(_known(address, fresh=fresh)).keys
        for key in keys:
            if key.key_id == key_id or (key_id is None and len(keys) == 1):
                return key
    raise ProviderFailed("the ID token is signed with an unknown key")


def _known(address: str, *, fresh: bool = False) -> dict[str, Any]:
    """Return a document of the provider, from memory for an hour."""
    documents = _documents()
    at_s, document = documents.get(address, (float("-inf"), {}))
    if fresh or time.monotonic() - at_s > KNOWN_S:
        document = _request(address)
        documents[address] = (time.monotonic(), document)
    return document


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_args: Any, **_kwargs: Any) -> None:
        return None


_opener = urllib.request.build_opener(_NoRedirect)


def _request(
    address: str, body: bytes | None = None, headers: dict[str, str] | None = None
) -> dict[str, Any]:
    request = urllib.request.Request(  # noqa: S310  # `configuration` has checked the scheme
        address, body, {"Accept": "application/json", **(headers or {})}
    )
    try:
        with _opener.open(request, timeout=TIMEOUT_S) as response:
            document = json.loads(response.read(MAX_BYTES))
    except urllib.error.HTTPError as error:
        raise ProviderFailed(f"{urlsplit(address).path} responded with {error.code}") from None
    except (OSError, ValueError) as error:
        raise ProviderFailed(f"{urlsplit(address).path}: {type(error).__name__}: {error}") from None
    if not isinstance(document, dict):
        raise ProviderFailed(f"{urlsplit(address).path} did not respond with an object")
    return document

"""A small OpenID Connect provider on this machine: every visitor is signed in there at once as `subject`."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT, SECRET = "watchium", "s:e/cret"


class OpenIdProvider(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.issuer = f"http://127.0.0.1:{self.server_address[1]}"
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.subject, self.name = "42", "mira"
        self.changed_claims: dict[str, Any] = {}
        self.codes: dict[str, dict[str, str]] = {}

    @property
    def keys(self) -> dict[str, Any]:
        public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key()))
        return {"keys": [{**public, "kid": "one", "use": "sig", "alg": "RS256"}]}

    def id_token(self, nonce: str) -> str:
        now = int(time.time())
        claims = {"iss": self.issuer, "aud": CLIENT, "sub": self.subject, "iat": now, "exp": now + 60}
        claims |= {"nonce": nonce, "preferred_username": self.name, **self.changed_claims}
        return jwt.encode(claims, self.key, "RS256", {"kid": "one"})


class Handler(BaseHTTPRequestHandler):
    server: OpenIdProvider

    def log_message(self, *_args: object) -> None:
        """Print nothing."""

    def do_GET(self) -> None:
        at = urlsplit(self.path)
        issuer = self.server.issuer
        if at.path == "/.well-known/openid-configuration":
            names = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "keys"}
            self._json({"issuer": issuer, **{name: f"{issuer}/{path}" for name, path in names.items()}})
        elif at.path == "/keys":
            self._json(self.server.keys)
        elif at.path == "/authorize":
            asked = dict(parse_qsl(at.query))
            code = f"code{len(self.server.codes)}"
            self.server.codes[code] = asked
            self.send_response(302)
            self.send_header(
                "Location", f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"
            )
            self.end_headers()
        else:
            self.send_error(404)

    def do_POST(self) -> None:
        body = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        asked = self.server.codes.pop(body["code"][0], None)
        given = base64.urlsafe_b64encode(hashlib.sha256(body["code_verifier"][0].encode()).digest())
        client = base64.b64encode(b"watchium:s%3Ae%2Fcret").decode()
        if (
            asked is None
            or given.rstrip(b"=").decode() != asked["code_challenge"]
            or body["redirect_uri"][0] != asked["redirect_uri"]
            or self.headers["Authorization"] != f"Basic {client}"
        ):
            self.send_error(400)
            return
        self._json(
            {
                "access_token": "unused",
                "token_type": "Bearer",
                "id_token": self.server.id_token(asked["nonce"]),
            }
        )

    def _json(self, document: dict[str, Any]) -> None:
        body = json.dumps(document).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def openid_provider() -> Iterator[OpenIdProvider]:
    with OpenIdProvider() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield server
        finally:
            server.shutdown()

from __future__ import annotations

import http.client
from collections.abc import Iterator
from http.cookies import SimpleCookie

import pytest

from tests.servers import Server, watchium_server

ADDRESS = "https://watch.example.org"


@pytest.fixture(scope="module")
def public() -> Iterator[Server]:
    """A public server behind a proxy that terminates TLS for watch.example.org."""
    with watchium_server({"WATCHIUM_URL": ADDRESS}) as running:
        yield running


def ask(
    server: Server, path: str, method: str = "GET", body: str = "", **headers: str
) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    sent = {"Host": "watch.example.org", "X-Forwarded-Proto": "https", **headers}
    connection.request(method, path, body, {name.replace("_", "-"): value for name, value in sent.items()})
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer


PAGES = {
    "/": 200,
    "/accounts/login/": 200,
    "/rooms/zzzzzzzzzz/": 200,
    "/admin/login/": 200,
    "/nowhere/": 404,
    "/api/rooms/": 200,
    "/api/docs/": 200,
    "/api/schema/": 200,
    "/api/rooms/zzzzzzzzzz/": 404,
    "/media/samples/clip.webm": 200,
}


@pytest.mark.parametrize("path", PAGES)
def test_no_response_can_be_framed_or_sniffed(public: Server, path: str):
    answer = ask(public, path)
    assert answer.status == PAGES[path]
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "strict-origin-when-cross-origin"
    assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"
    assert "Server" not in answer.headers


@pytest.mark.parametrize("path", ["/healthz/live", "/healthz/ready", "/metrics"])
def test_health_responses_cannot_be_framed_or_sniffed(public: Server, path: str):
    for headers in ({}, {"X_Forwarded_For": "203.0.113.1"}):  # clients without access to the metrics, too
        answer = ask(public, path, **headers)
        assert answer.status in (200, 404)
        assert answer.headers["X-Frame-Options"] == "DENY"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"


def test_static_files_have_their_content_type(public: Server):
    answer = ask(public, "/static/favicon.svg")
    assert (answer.status, answer.headers["X-Content-Type-Options"]) == (200, "nosniff")


def test_cookies_are_host_only_secure_and_hidden_from_scripts(public: Server):
    answer = ask(public, "/")
    (token,) = SimpleCookie(answer.headers["Set-Cookie"]).values()
    assert token.key == "__Host-csrftoken"  # our scripts must read it
    assert (token["secure"], token["samesite"], token["path"], token["domain"]) == (True, "Lax", "/", "")
    form = f"csrfmiddlewaretoken={token.value}"
    made = ask(
        public, "/", "POST", form,
        Cookie=f"{token.key}={token.value}", Origin=ADDRESS, Content_Type="application/x-www-form-urlencoded",
    )  # fmt: skip
    assert made.status == 302
    (session,) = (
        cookie
        for header in made.headers.get_all("Set-Cookie")
        for cookie in SimpleCookie(header).values()
        if "session" in cookie.key
    )
    assert session.key == "__Host-sessionid"
    assert (session["secure"], session["httponly"], session["samesite"]) == (True, True, "Lax")
    assert (session["path"], session["domain"]) == ("/", "")


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Host": "watch.example.org.evil.example"},
        {"Host": "watch.example.org@evil.example"},
        {"Host": "127.0.0.1"},
    ],
)
def test_only_the_configured_host_name_is_served(public: Server, headers: dict[str, str]):
    assert ask(public, "/", **headers).status == 400


def test_a_forwarded_host_name_is_ignored(public: Server):
    answer = ask(public, "/accounts/login/?next=//evil.example/", X_Forwarded_Host="evil.example")
    assert answer.status == 200
    assert "evil" not in str(answer.headers)

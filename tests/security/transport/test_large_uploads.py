from __future__ import annotations

import contextlib
import http.client
import json
import re
import select
from collections.abc import Iterator

import pytest

from tests.client import Client
from tests.playback.library.media_files import mp3
from tests.servers import Server, watchium_server
from watchium.client import ProblemError
from watchium.middleware.body_limit import MAX_BODY_BYTES
from watchium.middleware.upload_limit import UPLOAD_PATH

STAFF = """
from django.contrib.auth.models import User
User.objects.create_superuser("root", password="correct horse battery")
User.objects.create_user("tom", password="correct horse battery", is_staff=True)
"""
LARGE = mp3("Song", frames=4 * MAX_BODY_BYTES // 417)


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with watchium_server({"WATCHIUM_UPLOAD_MB": "1"}) as running:
        running.manage("shell", "-c", STAFF)
        yield running


class Visitor:
    def __init__(self, server: Server) -> None:
        self.server = server
        self.cookies: dict[str, str] = {}
        self.ask("GET", "/accounts/login/")

    def sign_in(self, name: str) -> Visitor:
        token = self.cookies["csrftoken"]
        body = f"csrfmiddlewaretoken={token}&username={name}&password=correct+horse+battery"
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        assert self.ask("POST", "/accounts/login/", body.encode(), **kind)[0] == 302
        return self

    def bring(self, data: bytes, path: str = UPLOAD_PATH, *, chunked: bool = False) -> tuple[int, str]:
        mark = "a-line-between"
        parts = [
            f'--{mark}\r\nContent-Disposition: form-data; name="csrfmiddlewaretoken"\r\n\r\n'
            f"{self.cookies['csrftoken']}\r\n"
            f'--{mark}\r\nContent-Disposition: form-data; name="chosen"; filename="song.mp3"\r\n'
            f"Content-Type: audio/mpeg\r\n\r\n".encode(),
            data,
            f"\r\n--{mark}--\r\n".encode(),
        ]
        kind = {"Content-Type": f"multipart/form-data; boundary={mark}"}
        return self.ask("POST", path, iter(parts) if chunked else b"".join(parts), **kind)

    def ask(self, method: str, path: str, body: object = None, **headers: str) -> tuple[int, str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=20)
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        with contextlib.suppress(ConnectionError):  # the server closed while we were sending
            connection.request(method, path, body, {"Cookie": cookie, **headers})
        answer = connection.getresponse()
        for header in answer.headers.get_all("Set-Cookie") or []:
            name, _, value = header.partition(";")[0].partition("=")
            self.cookies[name] = value
        text = answer.read().decode(errors="replace")
        connection.close()
        return answer.status, text


def test_only_staff_may_send_large_uploads(server: Server):
    root = Visitor(server).sign_in("root")
    assert root.bring(LARGE)[0] == 302
    _, page = root.ask("GET", "/admin/playback/mediaitem/")
    assert len(re.findall("<th class=.field-title.>", page)) == 1


def test_staff_uploads_have_the_operators_limit(server: Server):
    root = Visitor(server).sign_in("root")
    for chunked in (False, True):
        assert root.bring(bytes(2 * 1024 * 1024), chunked=chunked)[0] == 413


def test_staff_bodies_are_larger_on_the_upload_page_only(server: Server):
    root = Visitor(server).sign_in("root")
    for path in (
        "/",
        "/api/rooms/",
        f"{UPLOAD_PATH}x",
        "/admin/playback/mediaitem/",
        "/admin/auth/user/add/",
    ):
        assert root.bring(LARGE, path)[0] == 413, path


def test_only_a_member_who_controls_the_room_may_send_large_captions(server: Server):
    alice, bob, carol = (Client(server.url) for _ in range(3))
    room_id = alice.create_room(username="Alice", media_url="/media/samples/clip.webm").room_id
    bob.join(room_id, username="Bob")
    carol.create_room(username="Carol")
    text = "1\n00:00:01,000 --> 00:00:02,000\nx\n" * (MAX_BODY_BYTES // 16)
    assert len(text) > MAX_BODY_BYTES
    shared = alice.share_captions(room_id, text=text, label="film.srt")
    assert [each.id for each in bob.state(room_id).room.captions] == [shared.id]
    for visitor in (bob, carol, Client(server.url)):
        with pytest.raises(ProblemError, match="too_long") as refused:
            visitor.share_captions(room_id, text=text)
        assert refused.value.status == 413
    alice.withdraw_captions(room_id, shared.id)
    assert bob.state(room_id).room.captions == []


def test_other_users_have_the_common_body_limit(server: Server):
    nobody, tom = Visitor(server), Visitor(server).sign_in("tom")
    forged = Visitor(server)
    forged.cookies["sessionid"] = "x" * 32
    for visitor in (nobody, tom, forged):
        for chunked in (False, True):
            assert visitor.bring(LARGE, chunked=chunked)[0] == 413


def test_pieces_of_an_upload_are_large_for_its_sender_only(server: Server):
    host, stranger = Client(server.url), Client(server.url)
    room_id = host.create_room(username="Host").room_id
    stranger.create_room(username="Stranger")
    tus = {"Tus-Resumable": "1.0.0", "Content-Type": "application/offset+octet-stream", "Upload-Offset": "0"}

    def ask(method: str, path: str, by: Client, body: bytes = b"") -> http.client.HTTPResponse:
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
        headers = {**tus, "Upload-Length": str(len(LARGE)), "Authorization": f"Bearer {by.token}"}
        with contextlib.suppress(ConnectionError):
            connection.request(method, path, body, headers)
        response = connection.getresponse()
        response.read()
        connection.close()
        return response

    path = ask("POST", f"/api/rooms/{room_id}/uploads/", host).headers["Location"]
    assert ask("PATCH", path, stranger, LARGE).status == 413
    assert ask("PATCH", path.replace("uploads", "comments"), host, LARGE).status == 413
    assert ask("PATCH", path, host, bytes(9 * 1024 * 1024)).status == 413
    assert ask("PATCH", path, host, LARGE).status == 204


class Pieces:
    """Requests with a piece of an upload, of which only the beginning is sent."""

    def __init__(self, server: Server, by: Client) -> None:
        self.server, self.by = server, by
        self.room_id = by.create_room(username="Host").room_id
        self.headers = {"Tus-Resumable": "1.0.0", "Authorization": f"Bearer {by.token}"}

    def begin(self) -> str:
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=20)
        headers = {**self.headers, "Upload-Length": str(len(LARGE))}
        connection.request("POST", f"/api/rooms/{self.room_id}/uploads/", b"", headers)
        location = connection.getresponse().headers["Location"]
        connection.close()
        return str(location)

    def send(self, path: str, body: bytes) -> http.client.HTTPConnection:
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=20)
        connection.putrequest("PATCH", path)
        kind = {"Content-Type": "application/offset+octet-stream", "Upload-Offset": "0"}
        for name, value in {**self.headers, **kind, "Content-Length": str(len(LARGE))}.items():
            connection.putheader(name, value)
        connection.endheaders(body)
        return connection


def test_a_third_piece_of_a_person_waits_until_another_has_arrived(server: Server):
    host = Pieces(server, Client(server.url))
    sent = {path: host.send(path, LARGE[:1000]) for path in (host.begin() for _ in range(3))}
    by_socket = {connection.sock: path for path, connection in sent.items()}
    answered, _, _ = select.select(by_socket, [], [], 10)
    (refused,) = [by_socket[each] for each in answered]
    arriving = [path for path in sent if path != refused]
    response = sent[refused].getresponse()
    problem = json.loads(response.read())
    assert (response.status, problem["code"], response.headers["Retry-After"]) == (423, "unavailable", "2")
    assert problem["retry_after_ms"] == 2000
    assert "this one waits" in problem["message"]
    other = Pieces(server, Client(server.url))
    assert ended(other.send(other.begin(), LARGE)) == 204
    sent[arriving[0]].send(LARGE[1000:])
    assert ended(sent[arriving[0]]) == 204
    assert ended(host.send(refused, LARGE)) == 204
    sent[refused].close()
    sent[arriving[1]].close()


def ended(connection: http.client.HTTPConnection) -> int:
    response = connection.getresponse()
    response.read()
    connection.close()
    return response.status

"""Fuzz inputs from a seeded grammar: paths, headers, bodies, handshakes, comments and names.

Each input is sent on its own connection, except comments, which are texts. Many are invalid, some are valid, and some
are incomplete; each must get a response or a close.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from urllib.parse import urlencode

from tests.security.hostile_input.fuzz_values import HEADERS, lines_of, path_of, text_of, value_of, word_of

KINDS = ("path", "header", "body", "handshake", "comment", "name")
KEY = "dGhlIHNhbXBsZSBub25jZQ=="
CSRF = "a" * 32  # the check compares cookie and form


@dataclass(frozen=True)
class FuzzInput:
    kind: str
    number: int
    sent: bytes
    text: str = ""  # of a comment


def fuzz_inputs(
    seed: int, count: int, room_id: str = "zzzzzzzzzz", kinds: tuple[str, ...] = KINDS
) -> list[FuzzInput]:
    """Return inputs of all kinds in turn, determined by the seed."""
    random = Random(seed)
    made = []
    for number in range(count):
        kind = kinds[number % len(kinds)]
        if kind == "comment":
            made.append(FuzzInput(kind, number, b"", text_of(random, 6000)))
        else:
            made.append(FuzzInput(kind, number, MAKERS[kind](random, room_id)))
    return made


# ---------------------------------------------------------------- kinds


def _of_path(random: Random, room_id: str) -> bytes:
    method = random.choice(
        ("GET", "GET", "GET", "HEAD", "OPTIONS", "POST", "DELETE", "BREW", "CONNECT", "get")
    )
    return lines_of(f"{method} {path_of(random, room_id)} HTTP/1.1", "Host: 127.0.0.1", "Connection: close")


def _of_header(random: Random, room_id: str) -> bytes:
    lines = [f"{random.choice(HEADERS)}: {value_of(random)}" for _ in range(random.choice((1, 2, 5)))]
    odd = random.randrange(8)
    if odd == 0:
        lines += [f"X-{number}: {number}" for number in range(random.choice((50, 127, 129, 2000)))]
    elif odd == 1:
        lines += ["X: a", " folded", "\tfolded again"]
    elif odd == 2:
        lines += [random.choice((": empty", "no colon", "sp ace: x", "X :x", "X\x00: x", "é: x"))]
    elif odd == 3:
        lines += ["Host: other"] * 3
    method = random.choice(("GET", "POST"))
    head = f"{method} {random.choice(('/', f'/rooms/{room_id}/', '/nowhere', '/api/rooms/'))} HTTP/1.1"
    return lines_of(head, "Host: 127.0.0.1", *lines)


TYPES = (
    "application/json",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "text/plain",
    "",
    "a/b; charset=" + "x" * 500,
)


def _json(random: Random) -> bytes:
    return random.choice(
        (
            lambda: b"[" * random.choice((10, 1000, 15_000)),
            lambda: b'{"a":' * random.choice((10, 3000)) + b"1" + b"}" * 10,
            lambda: json.dumps({"title": text_of(random, 400), "username": text_of(random, 400)}).encode(),
            lambda: b'{"title": "' + b"\xff" * 100 + b'"}',
            lambda: b'{"title": "\\ud800"}',
            lambda: b"1" * random.choice((10, 5000, 16_000)),
            lambda: b"1e999",
            lambda: b'{"media_url": "http://' + ("\u0345\u0301" * 400).encode() + b'"}',
            lambda: json.dumps({"passphrase": text_of(random, 128), "visibility": "private"}).encode(),
        )
    )()


def _form(random: Random) -> bytes:
    fields = {
        "csrfmiddlewaretoken": CSRF,
        "username": text_of(random, 400),
        "password1": text_of(random, 1000),
        "password2": "x",
        "password": text_of(random, 5000),
        "next": "//" + text_of(random, 9000),
        "title": text_of(random, 400),
    }
    return urlencode(fields).encode()


def _of_body(random: Random, room_id: str) -> bytes:
    where = random.choice(
        (
            "/",
            "/api/rooms/",
            "/accounts/login/",
            "/accounts/signup/",
            f"/api/rooms/{room_id}/join/",
            f"/rooms/{room_id}/",
            "/nowhere",
        )
    )
    kind = random.choice(TYPES)
    body = random.choice(
        (
            _json,
            _form,
            lambda r: text_of(r, 5000).encode("utf-8", "replace"),
            lambda r: b"x" * r.choice((0, 65_000, 70_000)),
            lambda r: b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n' * r.choice((1, 500)),
        )
    )(random)
    lines = ["Host: 127.0.0.1", f"Content-Type: {kind}", f"Cookie: csrftoken={CSRF}"]
    framing = random.randrange(9)
    head = f"POST {where} HTTP/1.1"
    if framing < 4:
        return lines_of(head, *lines, f"Content-Length: {len(body)}") + body
    if framing == 4:
        return (
            lines_of(head, *lines, f"Content-Length: {len(body) + random.choice((1, 1000))}") + body
        )  # incomplete
    if framing == 5:
        return (
            lines_of(
                head, *lines, f"Content-Length: {random.choice(('-1', 'x', '1, 2', '9' * 30, '0x5', '+3'))}"
            )
            + body
        )
    size = random.choice((1, 100, 8000))
    pieces = [body[at : at + size] for at in range(0, len(body), size)][:2000]
    chunks = b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces)
    end = {6: b"0\r\n\r\n", 7: b"zz\r\n", 8: b""}[framing]
    return lines_of(head, *lines, "Transfer-Encoding: chunked") + chunks + end


ODD_LINES = {
    "Upgrade": ("WebSocket", "h2c", "websocket, h2c", ""),
    "Connection": ("keep-alive, Upgrade", "close", "Upgrade, " + "a," * 3000),
    "Sec-WebSocket-Key": ("x", "", "=" * 24, "k" * 300),
    "Sec-WebSocket-Version": ("12", "0", "thirteen", "13, 8"),
}
MORE_LINES = (
    ["Content-Length: 5"],
    ["Transfer-Encoding: chunked"],
    ["Sec-WebSocket-Extensions: " + "x; " * 300],
    ["Sec-WebSocket-Extensions: " + "x; " * 3000],
    ["Sec-WebSocket-Protocol: " + "p, " * 300 + "p"],
    [f"X-{number}: y" for number in range(100)],
    [f"X-{number}: y" for number in range(200)],
    ["X: a", " folded"],
    ["Cookie: " + "c=" + "v" * 12_000],
    ["Origin: http://" + "a" * 7000],
)
FRAMES = (b"x", b"\x81\x85abcd\x00\x00\x00\x00\x00", b"5\r\nhello\r\n0\r\n\r\n")


def _of_handshake(random: Random, room_id: str) -> bytes:
    """Return a handshake with one or two faults; a quarter of them is valid."""
    path, method, version = (
        random.choice(("/ws/lobby/", "/ws/player/", f"/ws/rooms/{room_id}/")),
        "GET",
        "1.1",
    )
    lines = {
        "Host": "127.0.0.1",
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Key": KEY,
        "Sec-WebSocket-Version": "13",
        "Authorization": "Bearer x",
    }
    more: list[str] = []
    behind = b""
    for _ in range(random.choice((0, 1, 1, 2))):
        odd = random.randrange(8)
        if odd == 0:
            path = random.choice(
                ("/ws/nowhere/", "/ws/rooms/%00/", "/ws/lobby/?" + word_of(random, 9000).replace(" ", ""))
            )
        elif odd == 1:
            method, version = random.choice(("POST", "PUT", "GET")), random.choice(("1.1", "1.0", "2.0"))
        elif odd in (2, 3):
            name = random.choice(list(ODD_LINES))
            lines[name] = random.choice(ODD_LINES[name])
        elif odd == 4:
            lines.pop(random.choice(list(lines)))
        elif odd == 5:
            more += random.choice(MORE_LINES)
        elif odd == 6:
            more += [f"{random.choice(HEADERS)}: {value_of(random)}"]
        else:
            behind = random.choice(FRAMES)
    whole = lines_of(
        f"{method} {path} HTTP/{version}", *(f"{name}: {value}" for name, value in lines.items()), *more
    )
    if random.random() < 0.1:
        return whole[: random.randrange(len(whole))]  # incomplete
    return whole + behind


def _of_name(random: Random, room_id: str) -> bytes:
    name = text_of(random, 450)
    if random.random() < 0.6:
        where = random.choice(("/api/rooms/", f"/api/rooms/{room_id}/join/"))
        body, kind = json.dumps({"username": name}).encode(), "application/json"
    else:
        where = random.choice(("/", "/accounts/signup/", "/accounts/login/", f"/rooms/{room_id}/"))
        fields = {
            "csrfmiddlewaretoken": CSRF,
            "username": name,
            "password": "x",
            "password1": "x",
            "password2": "x",
        }
        body, kind = urlencode(fields).encode(), "application/x-www-form-urlencoded"
    lines = [
        "Host: 127.0.0.1",
        f"Content-Type: {kind}",
        f"Cookie: csrftoken={CSRF}",
        f"Content-Length: {len(body)}",
        "Connection: close",
    ]
    return lines_of(f"POST {where} HTTP/1.1", *lines) + body


MAKERS: dict[str, Callable[[Random, str], bytes]] = {
    "path": _of_path,
    "header": _of_header,
    "body": _of_body,
    "handshake": _of_handshake,
    "name": _of_name,
}

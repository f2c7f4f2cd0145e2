"""Values for fuzz inputs: difficult text, long words, URLs and header lines, from a given `Random`."""

from __future__ import annotations

from random import Random
from urllib.parse import quote

MARKS = "\u0300\u0301\u0323\u0328\u0334\u0338\u0345\u0360\u20dd\u0f73\u0344\U0001d165\uff9e"
UNITS = (
    *"a \u00e9 e\u0301 \u0345\u0301\u0328\u0323 \u0345\u200b\u0301 \u202e \u2066 \u200d".split(),
    *"\U0001f600\u200d \U0001f1e9".split(),
    *"0\ufe0f\u20e3 \U0001f3f4\U000e0067 \ufdfa \u1100\u1161\u11a8 \u0628\u200c \u0915\u094d\u200d \ufeff".split(),
    *"\U000e0041 <b> ' \" \\ % :// a:b@ password= 1.2.3.4, ::1,".split(),
    *"\0\n\t ",
)
WORDS = ("bearer ", *"a ab: a:// ://x: 1.1.1. %61 %00 %ff .. / // ? &a=b = ; \u00e9".split())
PATHS = """
/ /player/ /api/rooms/ /api/schema/ /api/docs/ /metrics /healthz/ready /admin/ /static/x /media/samples/clip.webm
/media/library/1 /api/library/?q= /accounts/login/?next= /ws/lobby/ /rooms/ROOM/ /api/rooms/ROOM/state/
/api/rooms/ROOM/comments/?before= * http://evil.example/
""".split()
HEADERS = """
Origin Host Cookie X-Forwarded-For Forwarded Referer Authorization Accept-Language Accept Range If-None-Match X
If-Modified-Since Content-Type User-Agent X-Forwarded-Proto Expect Transfer-Encoding Accept-Encoding Connection
Upgrade Content-Length
""".split()
LENGTHS = (1, 2, 8, 40, 41, 100, 500, 501, 2000, 2001)


def text_of(random: Random, most: int) -> str:
    """Return difficult characters, repeated or mixed."""
    length = random.choice((*LENGTHS, most, random.randrange(most)))
    if random.random() < 0.4:
        text = random.choice(UNITS) * length
    elif random.random() < 0.5:
        text = "a" + "".join(random.choice(MARKS) for _ in range(length))
    else:
        text = "".join(random.choice(UNITS) for _ in range(length))
    return text[: min(most, length)]


def word_of(random: Random, most: int) -> str:
    """Return repeated parts of URLs and headers."""
    length = min(most, random.choice((1, 5, 100, 1000, 8000, 31_000)))
    unit = random.choice(WORDS)
    return (unit * length)[:length]


def path_of(random: Random, room_id: str) -> str:
    known = [path.replace("ROOM", room_id) for path in PATHS]
    begun = random.choice(known)
    choice = random.randrange(6)
    if choice == 0:
        return begun
    if choice == 1:
        return begun + word_of(random, 31_000).replace(" ", "")
    if choice == 2:
        return begun + quote(text_of(random, 3000))
    if choice == 3:
        return (
            begun
            + "?"
            + "&".join(
                f"{word_of(random, 20).replace(' ', '')}={number}"
                for number in range(random.choice((1, 30, 3000)))
            )
        )
    if choice == 4:
        return begun + "".join(
            random.choice(("/../", "/./", "//", "/%2e%2e/", "/%00", "\\", "/~", "/\u00fc")) for _ in range(20)
        )
    return "/" + quote(text_of(random, 40), safe="")


def lines_of(head: str, *lines: str) -> bytes:
    return "\r\n".join([head, *lines, "", ""]).encode("utf-8", "surrogateescape")


def value_of(random: Random) -> str:
    begun = random.choice(
        (
            "",
            "http://",
            "http://127.0.0.1:",
            "Bearer ",
            "sessionid=",
            "csrftoken=",
            "bytes=",
            "null",
            "for=",
            "*/*;q=",
            "gzip, ",
        )
    )
    return random.choice(
        (
            begun + word_of(random, 7000),
            begun + ",".join(["a"] * random.choice((1, 100, 5000))),
            begun + text_of(random, 300).replace("\n", " ").replace("\0", ""),
            begun + "\x01\x7f",
            begun,
        )
    )

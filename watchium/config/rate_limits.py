"""Default rate limits and their overrides by WATCHIUM_LIMITS, such as `comment=10/5,reaction=20/3`.

`(5, 10)` allows five actions at once, and refills five within ten seconds.
"""

from __future__ import annotations

from collections.abc import Mapping

from django.core.exceptions import ImproperlyConfigured

DEFAULTS: dict[str, tuple[float, float]] = {
    # By person or device, and process: commands of any kind, whether executed, refused or sent again. It is checked
    # first, so that commands that cost the sender nothing cost the server next to nothing.
    "command": (400, 20),
    "playback": (60, 60),  # by person and kind of command; WATCHIUM_COMMANDS_PER_MINUTE
    "duration": (12, 60),  # by room: changes of the duration of its media
    "player": (240, 60),  # by device and kind of command
    "position": (10, 5),  # by playing tab
    "player_question": (20, 10),  # by tab
    "comment": (5, 5),
    "comments_by_position": (
        120,
        60,
    ),  # by address: pages of 100 comments, which visitors of public rooms read too
    "comment_search": (30, 30),  # by address: each reads up to 5,000 comments, 9 ms
    "reaction": (10, 3),
    "image": (6, 60),  # by person: images in the chat, each re-encoded
    "room_image": (60, 600),  # by room: the same, of all members together
    "typing": (2, 4),
    "companion": (10, 60),  # by person: tickets for a second screen
    "ask_control": (3, 15),
    "custom": (10, 5),
    "people": (20, 20),  # by person: kicks, and changes of moderators and host
    "chat_rules": (30, 600),  # by person: changes of the chat's rules, each kept with those before it
    "moderation": (60, 60),  # by person: lists of mutes, bans and acts
    "report": (5, 60),  # by person: reports to the host
    "room_change": (30, 30),  # by person
    "evening": (30, 60),  # by person: each reads up to 10,000 rows of the log, 0.15 s
    "room_evening": (60, 60),  # by room: the same; a list also decodes the kept evenings, at most 50, 0.16 s
    "poll": (40, 20),  # by person: each tab without a socket polls every two seconds and after each command
    "upload": (20, 600),  # by person, and by address: files that are begun, not their pieces
    "prepare": (20, 600),  # by person, and by address: files that are converted for members
    "room_prepare": (40, 600),  # by room: the same files, of all members together
    "captions": (40, 600),  # by address: files that members give to everyone
    "film_read": (20, 600),  # by address: films that are read whole for their captions
    "measured": (5, 60),  # a page sends one a minute; people have several tabs and reload
    "passphrase": (10, 60),  # by address
    # By room, from all addresses. Beyond that each address still has one attempt an hour: a friend who knows the
    # passphrase gets in while others guess.
    "room_passphrase": (30, 150),
    "first_passphrase": (1, 3600),
    "password": (10, 60),
    "new_secret": (30, 60),  # passphrases and passwords that are set, by person or by address
    "account_change": (10, 600),  # by person: new names of an account
    "passkey_challenge": (1, 600),  # by challenge: each is used once, and is valid for less
    "export": (5, 3600),  # by person: exports of an account
    "reset": (10, 3600),  # by address: messages that reset a password
    "reset_receiver": (3, 3600),  # by e-mail address: the same
    # By account, from all addresses, so that a thousand addresses get no further together. It is larger, because
    # attackers use up the attempts of the account's owner.
    "account": (30, 150),
    # By address too, except this machine's own: benchmarks and undeclared proxies have that one. A school or an office
    # has a single address.
    "new_room": (20, 600),
    "new_account": (20, 600),
    "new_device": (60, 600),
    "join": (60, 60),
    "guess": (60, 60),
    "socket": (200, 20),
    "heartbeat": (5, 3),  # by socket
    "ping": (30, 2),
    "bad_message": (20, 60),
}


def rate_limits(overrides: str, commands_per_minute: int) -> dict[str, tuple[float, float]]:
    limits = {**DEFAULTS, "playback": (commands_per_minute, 60)}
    for override in filter(None, overrides.replace(" ", "").split(",")):
        name, _, value = override.partition("=")
        limits[name] = parse_limit(name, value, limits)
    return limits


def parse_limit(name: str, value: str, known: Mapping[str, object]) -> tuple[int, int]:
    """Parse `5/10`; raise ImproperlyConfigured for an unknown name or a malformed value."""
    times, _, within_s = value.partition("/")
    if name in known and times.isdecimal() and within_s.isdecimal() and int(times) and int(within_s):
        return int(times), int(within_s)
    raise ImproperlyConfigured(f"WATCHIUM_LIMITS has {name}={value}; it should look like comment=5/5")

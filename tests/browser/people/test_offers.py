"""Over random grants and roles a page shows the controls that the rules of the server allow, and no others.

`tests/model/test_rights.py` compares the decisions of the page with the commands themselves; here they are looked at.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from playwright.sync_api import Page, expect

from rooms.domain.rights import DEFAULTS, Level, Right, Standing, allows
from tests.browser.support.fixtures import join, make_room, wait_until

ROUNDS = 6  # three acts of the host each, of twenty that one may do at once
GRANT = """async ([rights, moderator, exceptions, user_id]) => {
    const { room } = watchium
    const token = document.cookie.match(/csrftoken=([^;]+)/)[1]
    const { ok } = await fetch(`/api/rooms/${room.boot.room_id}/`, {
        method: "PATCH", body: JSON.stringify({ rights }),
        headers: { "Content-Type": "application/json", "X-CSRFToken": token },
    })
    await room.say("set_moderator", { user_id, moderator })
    for (const [right, allowed] of Object.entries(exceptions)) await room.say("set_right", { user_id, right, allowed })
    return ok
}"""
ARRIVED = """([rights, role, exceptions]) => { const { room, you } = watchium.room.state
    const isSame = (one, other) => Object.keys({ ...one, ...other }).every(name => one[name] === other[name])
    return isSame(room.rights, rights) && you.role === role && isSame(you.exceptions ?? {}, exceptions) }"""
# What a member sees in the room, on the card of another member, and in the settings.
SHOWN = """async () => {
    const shown = {}
    const look = (name, selector) => {
        const found = document.querySelector(selector)
        if (!found) throw new Error(`there is no ${selector}`)
        shown[name] = found.checkVisibility()
    }
    const frame = () => new Promise(requestAnimationFrame)
    look("play", "[data-controls] [data-play]")
    look("seek", "[data-controls] [data-seek]")
    look("ask for control", "[data-ask]")
    look("change media", "[data-controls] [data-open=change]")
    look("ready check", "[data-ask-ready]")
    look("poll", "[data-ask-poll]")
    look("write", "[data-draft]")
    look("react", "[data-composer] [data-emoji]")
    look("reply", "[data-log] .message [data-reply]")
    look("delete a message", "[data-log] .message [data-remove]")
    look("invite", "[data-copy]")
    document.querySelector("#queue-tab").click()
    look("add to the queue", "[data-add-last]")
    look("clear the queue", "[data-clear]")
    look("queue settings", "[data-open-settings]")
    look("skip", "[data-list] [data-skip]")
    look("vote to skip", "[data-list] [data-vote-skip]")
    document.querySelector("#chat-tab").click()
    const card = document.querySelector("#person")
    for (const seat of document.querySelectorAll("[data-seat]")) {
        seat.click()
        const name = card.querySelector("[data-name]").textContent
        if (name === "Carol") {
            look("remove Carol", "#person [data-act=ban]")
            look("name Carol as successor", "#person [data-successor]")
            look("make Carol host", "#person [data-hand-over]")
        } else if (name !== "Bob") look("remove the host", "#person [data-act=ban]")
        card.hidePopover()
    }
    document.querySelector("[data-open=settings]").click()
    while (document.querySelector("[data-sections]").hidden && document.querySelector("[data-not-yours]").hidden)
        await frame()
    for (const name of ["room", "permissions", "chat", "moderation", "playback"])
        look(`settings: ${name}`, `[data-section=${name}]`)
    look("close the room", "[data-end]")
    document.querySelector("[data-settings]").close()
    return shown
}"""


class Grants:
    """The rights of a room and of bob, as the server stores them."""

    def __init__(self) -> None:
        self.levels = DEFAULTS
        self.role = "member"
        self.exceptions: dict[Right, bool] = {}

    def change(self, random: Random) -> dict[Right, bool]:
        """Choose new levels and another role, and return the two rights that bob is given or loses."""
        self.levels = {right: random.choice(list(Level)) for right in Right}
        self.role = random.choice(["member", "moderator"])
        chosen = {right: random.random() < 0.5 for right in random.sample(list(Right), 2)}
        for right, allowed in chosen.items():
            self.exceptions.pop(right, None)
            if self.has(right) != allowed:
                self.exceptions[right] = allowed
        return chosen

    def has(self, right: Right) -> bool:
        return allows(self.levels, Standing(self.role, exceptions=self.exceptions), right)

    def offers(self) -> dict[str, bool]:
        has = {right: self.has(right) for right in Right}
        removes, sets, controls = has[Right.REMOVE], has[Right.SETTINGS], has[Right.CONTROL]
        return {
            **dict.fromkeys(("play", "seek", "ready check"), controls),
            "ask for control": not controls,
            "change media": has[Right.MEDIA],
            "poll": controls or removes,
            **dict.fromkeys(("write", "reply"), has[Right.CHAT]),
            "react": has[Right.REACT],
            "delete a message": removes,
            "invite": has[Right.INVITE],
            "add to the queue": has[Right.QUEUE_ADD],
            "clear the queue": has[Right.QUEUE_EDIT],
            "queue settings": has[Right.QUEUE_EDIT] or sets or self.role == "moderator",
            "skip": has[Right.MEDIA],
            "vote to skip": not has[Right.MEDIA],
            "remove Carol": removes,
            "remove the host": False,
            **dict.fromkeys(("name Carol as successor", "make Carol host", "close the room"), False),
            **dict.fromkeys(("settings: room", "settings: playback"), sets),
            "settings: permissions": False,
            "settings: chat": sets or removes,
            "settings: moderation": removes,
        }


def test_a_page_shows_the_controls_that_the_rules_allow_and_no_others(person: Callable[..., Page]):
    alice, carol, bob = person(), person(), person()
    url = make_room(alice)
    for page, name in ((carol, "Carol"), (bob, "Bob")):
        join(page, url, name)
    alice.evaluate("watchium.room.say('queue_add', { items: [{ media_url: '/media/samples/clip.webm' }] })")
    alice.evaluate("watchium.room.say('comment', { text: 'hello' })")
    expect(bob.locator("[data-log]").get_by_text("hello", exact=True)).to_be_visible()
    wait_until(bob, "() => document.querySelector('[data-list] [data-skip]') !== null")
    user_id = bob.evaluate("watchium.room.boot.you.user_id")
    random, grants, seen = Random(1), Grants(), set()
    for _ in range(ROUNDS):
        chosen = grants.change(random)
        rights = {str(right): str(level) for right, level in grants.levels.items()}
        given = {str(right): allowed for right, allowed in chosen.items()}
        assert alice.evaluate(GRANT, [rights, grants.role == "moderator", given, user_id])
        exceptions = {str(right): allowed for right, allowed in grants.exceptions.items()}
        wait_until(bob, ARRIVED, [rights, grants.role, exceptions])
        shown = bob.evaluate(SHOWN)
        assert shown == grants.offers(), (rights, grants.role, exceptions)
        seen |= set(shown.items())
    either_way = {name for name, is_shown in seen if (name, not is_shown) in seen}
    assert either_way == {name for name, _ in seen} - {
        *("remove the host", "name Carol as successor", "make Carol host", "close the room"),
        "settings: permissions",
    }
    alice.evaluate("user_id => watchium.room.say('transfer_host', { user_id })", user_id)
    expect(bob.get_by_text("You are the host now.")).to_be_visible()
    shown = bob.evaluate(SHOWN)
    assert {name for name, is_shown in shown.items() if not is_shown} == {
        "ask for control",
        "vote to skip",
        "remove the host",  # now alice, who owns the room
    }


def test_the_host_of_the_demo_room_is_offered_no_settings(person: Callable[..., Page]):
    alice, bob = person(), person()
    alice.goto("/")
    alice.get_by_role("link", name="Demo: a clip to watch together").click()
    for page, name in ((alice, "Alice"), (bob, "Bob")):
        join(page, alice.url, name)
    expect(alice.get_by_role("button", name="Play", exact=True)).to_be_visible()
    alice.get_by_role("list", name="Members").get_by_role("button", name="Bob").click()
    expect(alice.locator("#person").get_by_role("button", name="Make host", exact=True)).to_be_visible()
    expect(alice.locator("#person").get_by_role("button", name="Permissions")).to_be_hidden()
    alice.keyboard.press("Escape")
    alice.get_by_role("button", name="Settings").click()
    dialog = alice.get_by_role("dialog", name="Room settings")
    expect(dialog.get_by_text("The demo room cannot be changed.")).to_be_visible()
    expect(dialog.get_by_role("tab")).to_have_count(0)
    expect(dialog.get_by_role("button", name="Close the room")).to_be_hidden()
    alice.keyboard.press("Escape")
    for page in (alice, bob):
        page.evaluate("watchium.room.say('leave')")

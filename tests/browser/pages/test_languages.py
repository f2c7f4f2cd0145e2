"""Pages in the reader's language: no English text on any page in Japanese, and none that leaves the page."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser.support.english import english_texts
from tests.browser.support.fixtures import SAMPLE, join, new_room

PHONE = {"width": 360, "height": 720}
DEMO = [
    "Demo",
    "clip",
    "to",
    "watch",
    "together",
    "Sample",
    "music",
]  # titles that the operator's server gives
OPENERS = (
    "[data-open=change]",
    "[data-captions]",
    "[data-chat-options]",
    "[data-ask-poll]",
    "[data-pill]",
    "[data-seat]",
)
OPENED = "dialog[open], :popover-open"
FITS = "() => document.documentElement.scrollWidth <= innerWidth"


@pytest.fixture
def reader(person: Callable[..., Page]) -> Callable[..., Page]:
    """A person whose browser is in Japanese."""
    # The room is made by a request that has no locale of its own.
    headers = {"Accept-Language": "ja-JP,ja;q=0.9,en;q=0.8"}
    return lambda: person(locale="ja-JP", viewport=PHONE, extra_http_headers=headers)


def is_japanese(page: Page, *names: str) -> None:
    assert english_texts(page, *names) == []
    assert page.evaluate(FITS)
    page.evaluate("document.documentElement.dir = 'rtl'")
    assert page.evaluate(FITS), "from right to left it is too wide"
    page.evaluate("document.documentElement.dir = 'ltr'")


def test_no_english_on_the_pages_before_a_room(reader: Callable[[], Page]):
    hanako = reader()
    for path in ("", "accounts/login/", "accounts/signup/", "accounts/reset/", "j/", "offline/", "nowhere/"):
        hanako.goto(f"/{path}")
        hanako.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true })")
        is_japanese(hanako, *suggested_names(hanako), *DEMO)


def suggested_names(page: Page) -> list[str]:
    """Return the words of a guest's suggested name."""
    return page.evaluate(
        "[...document.querySelectorAll('input[name=username]')].flatMap(({ value }) => value.split(' '))"
    )


def test_no_english_in_a_room_with_chat_queue_and_settings(reader: Callable[[], Page]):
    hanako, taro = reader(), reader()
    url = new_room(hanako)
    hanako.evaluate("url => watchium.room.say('load', { media_url: url, title: '花火' })", SAMPLE)
    join(taro, url, "太郎")
    for text in ("花火が始まる", "||最後||"):
        taro.evaluate("text => watchium.room.say('comment', { text })", text)
    expect(hanako.get_by_role("log")).to_contain_text("花火が始まる")
    known = [*DEMO, *hanako.evaluate("watchium.room.boot.you.username").split(" ")]
    for page in (hanako, taro):
        is_japanese(page, *known)
    hanako.locator("[data-tab=queue]").click()
    is_japanese(hanako, *known)
    hanako.locator("[data-tab=chat]").click()
    for opener in OPENERS:
        hanako.locator(opener).filter(visible=True).first.click()
        hanako.locator(OPENED).first.wait_for()
        is_japanese(hanako, *known)
        hanako.keyboard.press("Escape")
        expect(hanako.locator(OPENED)).to_have_count(0)
    hanako.locator("[data-open=settings]").click()
    for tab in hanako.locator("[data-settings] [role=tab]").all():
        tab.click()
        is_japanese(hanako, *known)
    hanako.locator("[popovertarget=languages]").click()
    hanako.locator("button[name=language][value=de]").click()
    expect(hanako.locator("html")).to_have_attribute("lang", "de")
    expect(hanako.get_by_role("log")).to_contain_text("太郎 ist beigetreten")
    expect(taro.get_by_role("log")).to_contain_text("太郎さんが入りました")


def test_the_players_page_has_no_english_and_a_switch(reader: Callable[[], Page]):
    hanako = reader()
    hanako.goto("/player/")
    expect(hanako.locator("body")).to_have_attribute("data-socket", "open")
    is_japanese(hanako, *DEMO)
    hanako.locator("[popovertarget=languages]").click()
    hanako.locator("button[name=language][value=fr]").click()
    expect(hanako.locator("html")).to_have_attribute("lang", "fr")

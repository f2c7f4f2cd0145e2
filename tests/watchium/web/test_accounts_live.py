from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.client import Client
from tests.servers import Server, watchium_server
from tests.watchium.web.cookie_client import Browser


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with watchium_server() as running:
        yield running


@pytest.fixture
def browser(server: Server) -> Browser:
    browser = Browser(server)
    browser.get("/")
    return browser


async def test_a_guest_who_signs_up_stays_in_the_room_until_signing_out(server: Server, browser: Browser):
    bob = Client(server.url)
    room_id = bob.create_room(username="Bob").room_id
    browser.get(f"/rooms/{room_id}/")
    browser.post(f"/rooms/{room_id}/", username="Dana")
    async with bob.enter(room_id) as his:
        await his.hear("member_joined")  # himself
        async with browser.enter(room_id) as guest:
            assert guest.welcome.you.user_id.startswith("g_")
            assert (await his.hear("member_joined")).payload.username == "Dana"
            browser.post(
                "/accounts/signup/", username="Dana2", password1="horse staple", password2="horse staple"
            )
            assert await guest.closed() == 4012
        assert (await his.hear("member_left")).payload.user_id == guest.welcome.you.user_id
        async with browser.enter(room_id) as person:
            assert person.welcome.you.user_id.startswith("u_")
            assert person.welcome.you.device_id == guest.welcome.you.device_id
            assert (await his.hear("member_joined")).payload.user_id == person.welcome.you.user_id
            browser.post("/accounts/logout/")
            assert await person.closed() == 4012
        assert await browser.status_at(room_id) == 4501
    assert "Traceback" not in server.log()


async def test_another_origin_gets_no_socket_with_the_cookies_of_a_browser(server: Server, browser: Browser):
    room_id = browser.post("/").rstrip("/").rpartition("/")[2]
    async with browser.enter(room_id) as hers:
        assert hers.welcome.you.role == "host"
    for origin in (None, "null", "https://evil.example", server.url.replace("http:", "https:")):
        assert await browser.status_at(room_id, origin=origin) == 4501

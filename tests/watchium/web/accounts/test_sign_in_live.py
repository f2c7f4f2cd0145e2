from __future__ import annotations

import json
import re
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


async def test_signing_out_there_closes_the_open_room_of_that_browser(server: Server, browser: Browser):
    words = {"password1": "horse staple", "password2": "horse staple"}
    browser.post("/accounts/signup/", username="Erin", **words)
    phone = Browser(server)
    phone.get("/")
    phone.post("/accounts/login/", username="Erin", password="horse staple")
    room_id = browser.post("/").rstrip("/").rpartition("/")[2]
    number = re.findall(r"/accounts/sessions/(\d+)/end/", browser.get("/accounts/"))
    assert len(number) == 1
    async with browser.enter(room_id) as here, phone.enter(room_id) as there:
        assert here.welcome.you.user_id == there.welcome.you.user_id
        browser.post(f"/accounts/sessions/{number[0]}/end/")
        assert await there.closed() == 4012
    assert await phone.status_at(room_id) == 4501
    async with browser.enter(room_id) as here:
        assert here.welcome.you.role == "host"
    exported = json.loads(browser.get("/accounts/export/"))
    assert [room["room_id"] for room in exported["rooms"]] == [room_id]
    assert "Traceback" not in server.log()


async def test_another_origin_gets_no_socket_with_the_cookies_of_a_browser(server: Server, browser: Browser):
    room_id = browser.post("/").rstrip("/").rpartition("/")[2]
    async with browser.enter(room_id) as hers:
        assert hers.welcome.you.role == "host"
    for origin in (None, "null", "https://evil.example", server.url.replace("http:", "https:")):
        assert await browser.status_at(room_id, origin=origin) == 4501

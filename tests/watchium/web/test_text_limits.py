"""A text that is too long is rejected with a reason in every form and API; nothing is truncated."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import msgspec
import pytest
from django.contrib.auth.models import User
from django.test import Client, TestCase, override_settings
from hypothesis import given
from hypothesis import strategies as st

from playback.models import Playback
from playback.sources.addresses import find
from rooms.models import Room
from tests.servers import ROOT
from watchium.protocol.codec import decode_room_command
from watchium.protocol.errors import BadMessage, TooLong
from watchium.protocol.types import URL_CHARS
from watchium.protocol.validation import validation_error

SIGNED = "https://store.example.org/film.mp4?X-Amz-Security-Token="
WIRE_NAME = re.compile(r"payload|\$|`|_url|event_id")


def address_of(length: int) -> str:
    return SIGNED + "a" * (length - len(SIGNED))


def load(**payload: str) -> Any:
    frame = {"type": "load", "event_id": "e", "payload": payload}
    return decode_room_command(msgspec.json.encode(frame))


@pytest.mark.parametrize("length", [2335, 4096, URL_CHARS])
def test_a_long_signed_url_is_stored_unchanged(length: int):
    command = load(media_url=address_of(length))
    assert find(command.payload.media_url).url == address_of(length)


@pytest.mark.parametrize(
    ("payload", "says"),
    [
        ({"media_url": address_of(URL_CHARS + 1)}, "An address has at most 8000 characters."),
        ({"media_url": "https://a.example/b", "title": "t" * 201}, "A title has at most 200 characters."),
    ],
)
def test_a_text_that_is_too_long_has_a_readable_message_and_a_detail(payload: dict[str, str], says: str):
    with pytest.raises(msgspec.ValidationError) as caught:
        load(**payload)
    refused = validation_error(caught.value)
    assert isinstance(refused, TooLong)
    assert str(refused) == says
    assert "$.payload." in (refused.detail or "")


@given(st.dictionaries(st.text(max_size=20), st.none() | st.integers() | st.text(max_size=20), max_size=3))
def test_messages_contain_no_protocol_names(payload: dict[str, object]):
    for kind in ("load", "comment", "seek", "reaction"):
        try:
            decode_room_command(msgspec.json.encode({"type": kind, "event_id": "e", "payload": payload}))
        except msgspec.MsgspecError as error:
            refused = validation_error(error)
            assert isinstance(refused, BadMessage | TooLong)
            assert not WIRE_NAME.search(str(refused))
            assert refused.detail


def test_no_field_of_a_page_truncates_pasted_text():
    for page in [*Path(ROOT / "templates").rglob("*.html"), *Path(ROOT / "static" / "js").rglob("*.js")]:
        if page.name != "attrs.html":
            assert "maxlength" not in page.read_text().lower(), page


class Pages(TestCase):
    def make(self, **fields: str) -> Client:
        browser = Client()
        self.response = browser.post("/", fields)
        self.page = self.response.content.decode()
        return browser

    def test_a_room_can_be_created_with_a_long_media_url(self):
        self.make(media_url=address_of(5000))
        assert self.response.status_code == 302
        assert Playback.objects.latest("pk").media["url"] == address_of(5000)

    def test_each_field_reports_its_limit_and_keeps_the_input(self):
        for field, value, says in (
            ("media_url", address_of(URL_CHARS + 1), "at most 8,000 characters"),
            ("title", "Friday " * 100, "A title has at most 80 characters"),
            ("username", "Mira " * 2000, "A name has at most 40 characters"),
            ("passphrase", "p" * 129, "at most 128 characters"),
        ):
            self.make(visibility="private", **{field: value})
            assert self.response.status_code == 400, field
            assert says in self.page, field
            assert field == "passphrase" or value.strip() in self.page
        assert not Room.objects.exists()

    def test_an_http_media_url_is_rejected_on_an_https_page(self):
        with override_settings(HTTPS=True):
            self.make(media_url="http://store.example.org/film.mp4")
            assert self.response.status_code == 400
            assert "Browsers block http media on an https page: use an https address." in self.page
            for fine in (
                "https://store.example.org/film.mp4",
                "http://127.0.0.1/a.mp4",
                "http://localhost:9/a.mp4",
            ):
                self.make(media_url=fine)
                assert self.response.status_code == 302, fine
        self.make(media_url="http://store.example.org/film.mp4")
        assert self.response.status_code == 302

    def test_django_forms_reject_long_texts_and_truncate_nothing(self):
        assert "maxlength" not in Client().get("/accounts/signup/").content.decode()
        assert "maxlength" not in Client().get("/accounts/login/").content.decode()
        staff = Client()
        staff.force_login(User.objects.create_superuser("boss"))
        assert "maxlength" not in staff.get("/admin/auth/user/add/").content.decode()
        response = Client().post(
            "/accounts/signup/", {"username": "n" * 41, "password1": "x", "password2": "x"}
        )
        assert "at most 40 characters" in response.content.decode()

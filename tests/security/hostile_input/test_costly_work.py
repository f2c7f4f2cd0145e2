from __future__ import annotations

import logging
import sys
from unittest.mock import patch

import pytest
from django.conf import settings
from django.core.exceptions import DisallowedRedirect
from django.test import Client

import rooms.actions.room
import watchium.services.create_room
from tests.watchium.api.callers import ApiCase
from watchium.telemetry import log_rate_limit
from watchium.web.api_docs import openapi


class Hashing(ApiCase):
    """A passphrase hash takes 0.2 s of CPU: only for authorised users, and rate limited."""

    def change(self, caller, passphrase: str = "open sesame"):
        return caller.patch(self.url(""), {"passphrase": passphrase})

    def test_only_users_who_may_change_the_room_cause_a_passphrase_hash(self):
        with patch.object(rooms.actions.room, "hash_passphrase") as hash_passphrase:
            self.refused(self.change(self.as_bob), 403, "not_allowed")
            self.refused(self.change(self.as_carol), 404, "not_member")
            self.refused(self.change(self.anonymous), 404, "not_member")
        assert not hash_passphrase.called

    @pytest.mark.usefixtures("frozen_clock")
    def test_passphrase_changes_are_rate_limited(self):
        times = int(settings.LIMITS["new_secret"][0])
        with patch.object(rooms.actions.room, "hash_passphrase", return_value="sealed") as hash_passphrase:
            for _ in range(times):
                assert self.change(self.as_alice).status_code == 200
            self.refused(self.change(self.as_alice), 429, "rate_limited")
        assert hash_passphrase.call_count == times

    @pytest.mark.usefixtures("frozen_clock")
    def test_a_refused_room_causes_no_hash_and_room_creation_is_limited_by_address(self):
        times = int(settings.LIMITS["new_secret"][0])
        with patch.object(
            watchium.services.create_room, "hash_passphrase", return_value="sealed"
        ) as hash_passphrase:
            bad = {"passphrase": "open sesame", "media_url": "/no"}
            assert Client().post("/api/rooms/", bad, "application/json").status_code == 400
            assert not hash_passphrase.called
            answers = [
                Client().post("/api/rooms/", {"passphrase": "open sesame"}, "application/json").status_code
                for _ in range(times + 1)
            ]
        assert hash_passphrase.call_count == times
        assert answers == [201] * times + [429]


class TheDescription(ApiCase):
    def test_the_schema_is_rendered_once_and_cached_by_clients(self):
        first = self.client.get("/api/schema/")
        with patch.object(openapi, "SchemaGenerator") as generator:
            again = self.client.get("/api/schema/")
            assert again.content == first.content
            unchanged = self.client.get("/api/schema/", headers={"If-None-Match": first["ETag"]})
            as_json = self.client.get("/api/schema/", headers={"Accept": "application/json,*/*"})
        assert not generator.called
        assert (unchanged.status_code, unchanged.content) == (304, b"")
        assert as_json.json()["openapi"]
        assert self.client.get("/api/schema/?format=json").content == as_json.content
        assert self.client.get("/api/schema/?version=9").content == first.content

    def test_the_schema_needs_no_query(self):
        with self.assertNumQueries(0):
            self.client.get("/api/schema/")
            self.client.get("/api/schema/", headers={"Authorization": "Bearer x"})


class FormsThatCannotBeParsed(ApiCase):
    def test_unparsable_forms_to_missing_paths_get_404_and_not_500(self):
        browser = Client(raise_request_exception=False)
        browser.cookies["csrftoken"] = "a" * 32
        for body in (b"x" * 5000, b"--x\r\n" * 500, b"--x\r\nContent-Disposition: " + b"y" * 5000, b""):
            for path, expected in (("/nowhere", 404), ("/api/nowhere", 404), ("/media/covers/x", 404)):
                answer = browser.generic("POST", path, body, content_type="multipart/form-data; boundary=x")
                assert answer.status_code in (expected, 400, 403, 405), path


def test_a_redirect_that_django_refuses_is_a_warning_without_a_traceback():
    try:
        raise DisallowedRedirect("Unsafe redirect exceeding 16384 characters")
    except DisallowedRedirect:
        record = logging.LogRecord(
            "django.security.DisallowedRedirect", logging.ERROR, "", 0, "x", (), sys.exc_info()
        )
    assert log_rate_limit.RejectionFilter(clock=lambda: 0.0).filter(record)
    assert (record.levelname, record.exc_info) == ("WARNING", None)

from __future__ import annotations

from django.contrib.sessions.models import Session
from django.core.signing import Signer
from django.test import Client, override_settings

from playback.models import DevicePlayer
from tests.watchium.web.accounts.test_sign_in import SignedIn


class DeviceCookieTests(SignedIn):
    def device(self, browser: Client) -> str:
        return browser.get("/player/").context["boot"]["device_id"]

    def test_opening_pages_stores_nothing(self):
        for path in ("/", "/player/", f"/rooms/{self.room.room_id}/", "/accounts/login/", "/api/player/"):
            self.client.get(path)
        assert not Session.objects.exists()
        assert not DevicePlayer.objects.exists()

    def test_it_is_kept_when_the_visitor_becomes_a_guest_signs_up_and_signs_out(self):
        device_id = self.device(self.client)
        self.client.post(f"/rooms/{self.room.room_id}/", {"username": "Dana"})
        assert self.client.session["device_id"] == device_id
        self.sign_up(self.client)
        assert self.client.session["device_id"] == device_id
        self.client.post("/accounts/logout/")
        assert self.device(self.client) == device_id

    def test_signing_in_right_from_the_player_keeps_it_too(self):
        self.sign_up(self.client_class())
        device_id = self.device(self.client)
        self.sign_in(self.client)
        assert self.client.session["device_id"] == device_id

    def test_a_forged_cookie_is_ignored(self):
        made = self.device(self.client)
        signed = self.client.cookies["device"].value
        for value in (
            made,
            f"{made}:x",
            f"{'0' * 16}:{signed.partition(':')[2]}",
            Signer(salt="other").sign("0" * 16),
            Signer(salt="watchium.device").sign("short"),
            "",
        ):
            browser = Client()
            browser.cookies["device"] = value
            assert browser.get("/api/player/").status_code == 404, value
            assert self.device(browser) not in (made, "0" * 16)

    def test_it_is_valid_while_its_key_is_a_fallback(self):
        with override_settings(SECRET_KEY="former" * 10):
            device_id = self.device(self.client)
        with override_settings(SECRET_KEY_FALLBACKS=["former" * 10]):
            assert self.device(self.client) == device_id
        assert self.device(self.client) != device_id

    def test_it_is_http_only(self):
        self.client.get("/player/")
        cookie = self.client.cookies["device"]
        assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Lax", "/")

from __future__ import annotations

import json
import re
from pathlib import Path

from django.contrib.auth.models import User
from django.contrib.staticfiles import finders
from django.test import Client, TestCase

from playback.library.api import LONGEST_SEARCH
from rooms.auth.device_cookie import read_device_cookie
from watchium.web import pwa


class PlayerPage(TestCase):
    def test_anonymous_visitors_get_a_player_of_their_device(self):
        response = self.client.get("/player/")
        boot = response.context["boot"]
        assert boot["device_id"] == read_device_cookie({"device": response.cookies["device"].value})
        assert boot["device_id"] == self.client.get("/player/").context["boot"]["device_id"]
        assert boot["you"] == {"signed_in": False, "username": None}
        assert "csrftoken" in response.cookies
        assert "no-store" in response["Cache-Control"]

    def test_it_contains_the_signed_in_account(self):
        self.client.force_login(User.objects.create_user("mira"))
        assert self.client.get("/player/").context["boot"]["you"] == {"signed_in": True, "username": "mira"}

    def test_pages_link_to_it(self):
        self.assertContains(self.client.get("/"), 'href="/player/"')

    def test_its_scripts_and_styles_satisfy_the_security_policy(self):
        response = self.client.get("/player/")
        policy = response["Content-Security-Policy"]
        text = response.content.decode()
        nonces = set(re.findall(r'nonce="([^"]+)"', text))
        assert len(nonces) == 1
        assert f"'nonce-{nonces.pop()}'" in policy
        assert not re.search(r'\sstyle="|\son[a-z]+="', text)

    def test_the_shortcut_dialog_lists_all_shortcuts(self):
        response = self.client.get("/player/")
        self.assertContains(response, 'data-open="keys"', 1)
        listed = re.findall("<kbd>(.*?)</kbd>", response.content.decode())
        script = finders.find("js/page/player/shortcuts.js")
        keys = re.findall(r'^    "?(\S+?)"?: \(\)', Path(str(script)).read_text(), re.MULTILINE)
        drawn = {"ArrowLeft": "←", "ArrowRight": "→"}
        assert {drawn.get(key, key.upper()) for key in keys} <= {*listed}
        assert "Shift" in listed

    def test_the_search_field_has_the_limit_of_the_server(self):
        self.assertContains(self.client.get("/player/"), f'data-longest="{LONGEST_SEARCH}"')

    def test_it_makes_no_query_for_a_guest(self):
        self.client.get("/player/")
        with self.assertNumQueries(0):
            self.client.get("/player/")


class ProgressiveWebApp(TestCase):
    def test_the_icons_of_the_manifest_exist(self):
        response = self.client.get("/manifest.webmanifest")
        assert response["Content-Type"] == "application/manifest+json"
        manifest = json.loads(response.content)
        assert (manifest["start_url"], manifest["scope"], manifest["display"]) == (
            "/player/",
            "/",
            "standalone",
        )
        for name, sizes, _ in pwa.ICONS:
            path = finders.find(name)
            assert path, name
            with open(str(path), "rb") as file:
                head = file.read(24)
            assert head.startswith(b"\x89PNG")
            assert f"{int.from_bytes(head[16:20])}x{int.from_bytes(head[20:24])}" == sizes

    def test_the_service_worker_caches_the_offline_page_and_its_assets(self):
        response = self.client.get("/service-worker.js")
        assert response["Content-Type"].startswith("text/javascript")
        assert "no-cache" in response["Cache-Control"]
        text = response.content.decode()
        cached = json.loads(re.search(r"^const ASSETS = (.*)$", text, re.MULTILINE)[1])
        page = self.client.get("/offline/").content.decode()
        assert all(path in cached for path in re.findall(r'(?:href|src)="(/static/[^"#]+)', page))
        assert not [path for path in cached if not path.startswith("/static/")]

    def test_the_offline_page_contains_nothing_about_the_user(self):
        signed_in = Client()
        signed_in.force_login(User.objects.create_user("mira"))
        response = signed_in.get("/offline/")
        assert response.content == self.client.get("/offline/").content
        assert "sessionid" not in self.client.get("/offline/").cookies
        assert not response.cookies

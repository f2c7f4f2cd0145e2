from __future__ import annotations

import re
from typing import Any

from django.utils import translation

from chat.models import Comment
from playback.domain.library import problems
from playback.library.serializers import shown
from rooms.domain import rights
from rooms.domain.rights import Level, Right
from tests.watchium.api.callers import ApiCase, Caller
from watchium.consumers.language import language_of, message_in
from watchium.protocol.errors import Muted, NotFound, RuleRefused, TooLong
from watchium.sentences import lasting


class Languages(ApiCase):
    def choose(self, language: str, next_path: str = "/") -> Any:
        return self.client.post("/language/", {"language": language, "next": next_path})

    def test_a_page_is_in_the_language_of_the_browser_until_another_is_chosen(self):
        german = {"headers": {"Accept-Language": "de-AT,de;q=0.9,en;q=0.5"}}
        self.assertContains(self.client.get("/", **german), "Raum erstellen")
        self.assertContains(self.client.get("/", headers={"Accept-Language": "fi"}), "Create room")
        response = self.choose("en", "/player/")
        assert (response.status_code, response["Location"]) == (302, "/player/")
        page = self.client.get("/", **german)
        self.assertContains(page, "Create room")
        self.assertContains(page, '<html lang="en">')
        self.choose("de")
        page = self.client.get("/")
        self.assertContains(page, '<html lang="de">')
        self.assertContains(page, 'value="de" lang="de" aria-current="true">Deutsch')
        self.assertContains(page, ">English</button>")

    def test_an_unknown_language_and_a_foreign_page_are_ignored(self):
        response = self.choose("xx", "https://evil.example/")
        assert response["Location"] == "/"
        assert "language" not in self.client.cookies

    def test_scripts_get_their_texts_before_the_modules_run_and_english_pages_load_nothing(self):
        assert "/catalogue/" not in self.client.get("/").content.decode()
        self.choose("de")
        page = self.client.get("/").content.decode()
        script = re.search(r'<script src="(/catalogue/de/[0-9a-f]{12}\.js)" defer></script>', page)
        assert script
        assert page.index(script[0]) < page.index('type="module"')
        response = self.client.get(script[1])
        assert "immutable" in response["Cache-Control"]
        self.assertContains(response, "Die Datei ist weg")
        assert "text/javascript" in response["Content-Type"]
        for unknown in ("/catalogue/xx/1.js", "/catalogue/../1.js"):
            assert self.client.get(unknown).status_code == 404

    def test_what_the_server_writes_into_a_chat_is_in_its_own_language(self):
        with self.settings(LANGUAGE_CODE="de"), self.committing():
            french = {"Accept-Language": "fr", **self.as_alice.headers}
            Caller(**french).patch(self.url(), {"title": "Abend"})
        assert Comment.objects.get(is_system=True).text == "Dieser Raum heißt jetzt Abend"

    def test_errors_of_the_api_are_in_the_language_of_the_request(self):
        caller = Caller(**{"Accept-Language": "de"})
        problem = self.refused(caller.get("/api/rooms/unknown000/"), 404, "not_member")
        assert problem["message"] == "Diesen Raum gibt es hier nicht, oder du bist nicht darin."
        self.choose("de")
        page = self.client.post("/", {"username": "x" * 41})
        self.assertContains(page, "Ein Name hat höchstens 40 Zeichen.", status_code=400)

    def test_regions_of_a_language_get_it_and_other_languages_get_english(self):
        variants = {
            "de-AT": "de",
            "fr-CA": "fr",
            "ja-JP": "ja",
            "es-419": "es",
            "zh-TW": "en",
            "zh,fr;q=0.4": "fr",
        }
        for accepted, language in variants.items():
            page = self.client.get("/accounts/login/", headers={"Accept-Language": accepted})
            self.assertContains(page, f'<html lang="{language}">')
            assert "Accept-Language" in page["Vary"]
            assert language_of(scope(**{"accept-language": accepted})) == language


def scope(**headers: str) -> dict[str, object]:
    return {"headers": [(name.encode(), value.encode()) for name, value in headers.items()]}


def test_a_socket_has_the_language_of_its_page():
    accepts = {"accept-language": "fi;q=0.9, de-CH;q=0.8, fr;q=0.1"}
    assert language_of(scope(**accepts)) == "de"
    assert language_of(scope(cookie="language=en", **accepts)) == "en"
    assert language_of(scope(cookie="language=nonsense", **accepts)) == "de"
    for nothing in ({}, {"accept-language": "*"}, {"accept-language": "fi,\x00"}):
        assert language_of(scope(**nothing)) == "en"


def test_groups_actions_and_lengths_of_time_are_translated_with_their_sentence():
    levels = dict.fromkeys(Right, Level.HOST)
    rule = RuleRefused(rights.rule(levels, rights.Standing(role="member"), Right.CHAT))
    assert str(rule) == "Only the host may write in the chat of this room."
    assert message_in("de", rule) == "Im Chat dieses Raums zu schreiben, ist dem Gastgeber vorbehalten."
    assert message_in("ja", rule) == "この部屋のチャットに書くのはホストだけに許されています。"
    muted = Muted("You are muted in this room for another {time}.", time=lasting(90_000))
    assert message_in("fr", muted) == "Vous êtes muet dans ce salon pendant encore 90 secondes."


def test_why_a_file_does_not_play_is_in_the_language_of_the_reader():
    stored = problems.PIXELS.format(codec="H.264", pixels="10 bit")
    with translation.override("de"):
        assert shown(stored) == "Nicht jeder Browser spielt ihr Bild (H.264, 10 bit)."
        assert shown("Of another version.") == "Of another version."
    assert shown(stored) == stored
    assert shown("") == ""


def test_sentences_are_translated_with_their_values():
    long = TooLong("A name has at most {count} characters.", count=40)
    assert str(long) == "A name has at most 40 characters."
    assert message_in("de", long) == "Ein Name hat höchstens 40 Zeichen."
    assert message_in("de", NotFound("{never} marked")) == "{never} marked"

from __future__ import annotations

import base64
import json

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from playback.models import MediaItem
from playback.models.media_item_rows import ORDERS, ItemQuery
from tests.watchium.api.callers import ApiCase, Caller

URL = "/api/library/"


def encoded(cursor: list) -> str:
    return base64.urlsafe_b64encode(json.dumps(cursor).encode()).decode().rstrip("=")


class TheLibrary(ApiCase):
    def add(self, title: str, artist: str = "", album: str = "", **facts) -> MediaItem:
        defaults = {"kind": "audio", "mime": "audio/mpeg", "path": f"{title}-{artist}.mp3"}
        return MediaItem.objects.create(title=title, artist=artist, album=album, **(defaults | facts))

    def titles(self, query: str = "") -> list[str]:
        return [item["title"] for item in self.as_bob.get(URL + query).json()["items"]]

    def test_an_item_has_the_fields_that_a_page_needs(self):
        item = self.add("Song", "Somebody", "Album", duration=12.5, cover="0a.png")
        page = self.as_bob.get(URL).json()
        assert page == {
            "items": [
                {
                    "id": item.pk, "title": "Song", "artist": "Somebody", "album": "Album",
                    "album_id": item.album_key, "duration": 12.5,
                    "kind": "audio", "mime": "audio/mpeg", "url": f"/media/library/{item.pk}",
                    "cover": "/media/covers/0a.png", "missing": False,
                    "plays": "", "why": "", "playable": True, "tracks": [], "chapters": [], "captions": [],
                    "conversion": None,
                }
            ],
            "next": None,
        }  # fmt: skip
        assert b"Somebody.mp3" not in self.as_bob.get(URL).content

    def test_an_item_shows_how_it_plays_with_its_tracks_and_chapters(self):
        sound = {"index": 1, "type": "audio", "codec": "aac", "language": "jpn", "default": True}
        signs = {"index": 2, "type": "subtitle", "codec": "ass", "title": "Signs"}
        facts = {
            "container": "matroska",
            "streams": [{"index": 0, "type": "video", "codec": "hevc"}, sound, signs],
            "chapters": [{"start_s": 0, "end_s": 8.5, "title": "Opening"}],
        }
        how = {"plays": "transcode", "why": "Not every browser plays it.", "starts_directly": False}
        item = self.add("Film", kind="video", facts=facts, **how)
        shown = self.as_bob.get(URL).json()["items"][0]
        assert (shown["plays"], shown["why"], shown["playable"]) == (how["plays"], how["why"], False)
        assert shown["tracks"] == [
            {"index": 0, "type": "video", "codec": "hevc", "language": "", "title": "", "default": False},
            {"index": 1, "type": "audio", "codec": "aac", "language": "jpn", "title": "", "default": True},
            {
                "index": 2,
                "type": "subtitle",
                "codec": "ass",
                "language": "",
                "title": "Signs",
                "default": False,
            },
        ]
        assert shown["chapters"] == [{"start": 0.0, "end": 8.5, "title": "Opening"}]
        alone = self.as_bob.get(f"{URL}{item.pk}/").json()
        assert [captions["label"] for captions in alone["captions"]] == ["Signs"]
        assert {**alone, "captions": []} == shown

    def test_one_item_is_there_while_its_file_is_missing_and_for_known_clients_only(self):
        item = self.add("Gone", missing=True)
        assert self.as_bob.get(f"{URL}{item.pk}/").json()["missing"]
        self.refused(self.anonymous.get(f"{URL}{item.pk}/"), 404, "not_member")
        for number in (item.pk + 1, 0, "9" * 15):
            self.refused(self.as_bob.get(f"{URL}{number}/"), 404, "not_found")

    def test_search_covers_title_artist_and_album_in_any_case(self):
        self.add("Straße", "Ångström", "Nord")
        self.add("Weg", "Ångström", "Süd")
        assert self.titles("?q=strasse") == ["Straße"]
        assert self.titles("?q=ÅNGSTRÖM") == ["Straße", "Weg"]
        assert self.titles("?q=nord ång") == ["Straße"]
        assert self.titles("?q=A%CC%8Angstr") == ["Straße", "Weg"]  # composed and decomposed
        assert self.titles("?q=%25") == self.titles("?q=_") == self.titles("?q=nord weg") == []

    def test_pages_follow_one_another_without_hole_or_double(self):
        for number in range(120):
            self.add(f"Song {number % 7}", str(number))
        seen, after, pages = [], "", 0
        while after is not None:
            page = self.as_bob.get(f"{URL}?q=song&after={after}").json()
            seen += [item["id"] for item in page["items"]]
            after, pages = page["next"], pages + 1
        assert (len(seen), len(set(seen)), pages) == (120, 120, 3)

    def test_a_page_that_is_just_full_has_none_after_it(self):
        for number in range(50):
            self.add(f"Song {number}")
        page = self.as_bob.get(URL).json()
        assert (len(page["items"]), page["next"]) == (50, None)

    def four_items(self) -> None:
        """Items that every order sorts differently."""
        for title, artist, album, path in (
            ("Ash", "Zoë", "Best", "Zoë/Best/1.mp3"),
            ("Elm", "Ana", "Best", "Ana/Best/2 b.mp3"),
            ("Oak", "Ana", "Best", "Ana/Best/10 a.mp3"),
            ("Fir", "Zoë", "Again", "Zoë/Again/5.mp3"),
            ("Birch", "", "", "loose.mp3"),
        ):
            self.add(title, artist, album, path=path)

    def test_it_is_sorted_by_the_requested_order_with_empty_names_last(self):
        self.four_items()
        assert self.titles() == ["Ash", "Birch", "Elm", "Fir", "Oak"]
        assert self.titles("?order=artist") == ["Elm", "Oak", "Fir", "Ash", "Birch"]
        assert self.titles("?order=album") == ["Fir", "Elm", "Oak", "Ash", "Birch"]
        assert self.titles("?order=newest") == ["Birch", "Fir", "Oak", "Elm", "Ash"]
        self.refused(self.as_bob.get(f"{URL}?order=length"), 400, "bad_message")

    def test_one_album_is_that_one_alone_in_the_order_of_its_files(self):
        self.four_items()
        self.add("Best of all", "Ana", "The best")
        assert self.titles("?album=best&order=album") == ["Elm", "Oak", "Ash"]
        assert self.titles("?album=BEST&q=ana&order=album") == ["Elm", "Oak"]
        assert self.titles("?album=none") == []
        self.refused(self.as_bob.get(f"{URL}?album={'x' * 301}"), 400, "too_long")

    def test_in_every_order_pages_follow_one_another_without_hole_or_double(self):
        for number in range(120):
            album = f"Album {number % 3}" if number % 4 else ""
            self.add(
                f"{number % 7}", f"{number % 5}" * (number % 2), album, path=f"{number % 11}/{number}.mp3"
            )
        for order in ORDERS:
            wanted = ItemQuery(order=order)
            all_of_it = [item.pk for item in MediaItem.objects.page(wanted, limit=200)]
            seen, after = [], ""
            while after is not None:
                page = self.as_bob.get(f"{URL}?order={order}&after={after}").json()
                seen += [item["id"] for item in page["items"]]
                after = page["next"]
            assert (len(set(seen)), seen) == (120, all_of_it), order

    def test_a_later_page_uses_the_index_of_its_order(self):
        self.four_items()
        indexes = {"title": "mediaitem_page", "artist": "mediaitem_by_artist", "album": "mediaitem_by_album"}
        for order, index in indexes.items():
            place = MediaItem.objects.page(ItemQuery(order=order))[1].cursor_by(order)
            with CaptureQueriesContext(connection) as asked:
                MediaItem.objects.page(ItemQuery(order=order), place)
            if connection.vendor == "sqlite":  # PostgreSQL scans a table of five rows
                with connection.cursor() as cursor:
                    cursor.execute(f"EXPLAIN QUERY PLAN {asked[0]['sql']}")
                    plan = " ".join(str(row[-1]) for row in cursor.fetchall())
                assert f"INDEX {index}" in plan and "B-TREE" not in plan, plan

    def test_missing_items_are_not_listed(self):
        self.add("Gone", missing=True)
        assert self.titles() == []

    def test_a_mark_that_is_none_is_refused(self):
        for cursor in (
            "x",
            "!",
            "W10",
            "e30",
            "WyJhIiwxXQ" + "A" * 8000,
            *map(
                encoded, ([["title", [""], -1], ["title", ["\0"], 1], ["title", [], 1], ["artist", [""], 1]])
            ),
            "%00",
            "%FF",
        ):
            self.refused(self.as_bob.get(f"{URL}?after={cursor}"), 400, "bad_message")

    def test_search_text_is_bounded_and_otherwise_free(self):
        self.refused(self.as_bob.get(f"{URL}?q={'x' * 101}"), 400, "too_long")
        for words in ("%00", "%FF", "\u202e", "'", "\\", "%22%3B--", "%20".join("x" * 50)):
            assert self.titles(f"?q={words}") == []

    def test_it_is_for_known_clients(self):
        self.add("Song")
        self.refused(self.anonymous.get(URL), 404, "not_member")
        self.refused(self.program_with("x").get(URL), 401, "not_member")
        browser = Client()
        session = browser.session
        session["device_id"] = "A1B2C3D4E5F60718"
        session.save()
        for caller in (Caller(browser), Caller(self.browser_of(self.carol)), self.as_carol):
            assert len(caller.get(URL).json()["items"]) == 1

    def test_a_page_costs_a_fixed_number_of_queries(self):
        for number in range(60):
            self.add(f"Song {number}")
        self.as_bob.get(URL)
        with self.assertNumQueries(2):  # the token, the page
            self.as_bob.get(f"{URL}?q=song")

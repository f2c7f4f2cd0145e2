from __future__ import annotations

import os
import stat
from unittest.mock import patch

from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, override_settings
from django.urls import reverse

from playback.models import MediaItem
from tests.playback.library.fixtures import LibraryCase
from tests.playback.library.media_files import mp3, png, wav
from watchium.middleware.upload_limit import UPLOAD_PATH

LIST = reverse("admin:playback_mediaitem_changelist")


class StaffCase(LibraryCase):
    def setUp(self) -> None:
        super().setUp()
        self.root = User.objects.create_superuser("root")
        self.client.force_login(self.root)


class Uploading(StaffCase):
    def upload(self, *files: tuple[str, bytes], by: Client | None = None):
        given = [SimpleUploadedFile(name, data) for name, data in files]
        return (by or self.client).post(UPLOAD_PATH, {"chosen": given}, follow=True)

    def stored_files(self) -> list[str]:
        folder = self.folder / "uploads"
        return sorted(os.listdir(folder)) if folder.exists() else []

    def test_the_address_is_the_one_that_larger_bodies_may_go_to(self):
        assert reverse("admin:playback_mediaitem_files") == UPLOAD_PATH
        self.assertContains(self.client.get(LIST), UPLOAD_PATH)
        self.assertContains(self.client.get(UPLOAD_PATH), "multipart/form-data")

    def test_uploads_are_in_the_library_and_stay_there(self):
        page = self.upload(("Our_song.mp3", mp3("", "Somebody", picture=png())), ("two.wav", wav()))
        self.assertContains(page, "Our song")
        song = MediaItem.objects.get(title="Our song")
        assert (song.artist, song.uploaded, song.missing) == ("Somebody", True, False)
        assert self.client.get(song.url).status_code == 404  # staff without a device are unknown clients
        tally = self.scan()
        assert (tally.same, tally.new, tally.missing) == (2, 0, 0)
        assert LogEntry.objects.filter(user=self.root, change_message="Uploaded").count() == 2

    def test_a_file_is_stored_under_a_random_name(self):
        for name in (
            "../../evil.mp3",
            "/etc/cron.d/evil.mp3",
            ".hidden.mp3",
            "a\\b.mp3",
            "x" * 300 + ".mp3",
            "ü\x00.MP3",
        ):
            self.upload((name, mp3("Song")))
        assert len(self.stored_files()) == MediaItem.objects.count() > 0
        for name in self.stored_files():
            assert len(name) == len("0123456789abcdef.mp3")
            assert not (self.folder / "uploads" / name).stat().st_mode & stat.S_IXUSR
        assert sorted(os.listdir(self.folder.parent)) == ["library"]

    def test_other_types_are_rejected(self):
        for name, data in (("page.html", b"<script>"), ("x.svg", b"<svg>"), ("x", mp3()), ("x.mp3.exe", mp3()),
                           ("list.m3u8", b"#EXTM3U"), ("evil.mp3", b"<html>"), ("evil.webm", b"\x7fELF")):  # fmt: skip
            self.assertContains(self.upload((name, data)), 'class="error"')
        assert (self.stored_files(), MediaItem.objects.count()) == ([], 0)

    def test_a_file_with_a_wrong_extension_is_stored_by_its_content(self):
        self.upload(("song.wav", mp3("Song")))
        assert [name.partition(".")[2] for name in self.stored_files()] == ["mp3"]
        assert MediaItem.objects.get().mime == "audio/mpeg"

    def test_a_missing_and_an_empty_file_are_reported(self):
        self.assertContains(self.client.post(UPLOAD_PATH, {}), "errorlist")
        self.assertContains(self.upload(("empty.mp3", b"")), "errorlist")

    def test_one_bad_file_does_not_affect_others(self):
        self.upload(("bad.mp3", b"nothing"), ("good.mp3", mp3("Good")))
        assert [item.title for item in MediaItem.objects.all()] == ["Good"]

    @override_settings(UPLOAD_MB=0)
    def test_one_that_is_too_large_is_refused(self):
        self.assertContains(self.upload(("large.mp3", mp3())), "larger than 0 MB")
        assert self.stored_files() == []

    def test_a_full_disk_is_reported_and_leaves_nothing_behind(self):
        with patch.object(os, "replace", side_effect=OSError(28, "No space left on device")):
            self.assertContains(self.upload(("song.mp3", mp3())), "No space left")
        assert (self.stored_files(), MediaItem.objects.count()) == ([], 0)

    def test_only_staff_with_permission_can_upload(self):
        eve = User.objects.create_user("eve", is_staff=True)
        eve.user_permissions.add(Permission.objects.get(codename="view_mediaitem"))
        for account, status in ((eve, 403), (User.objects.create_user("tom"), 200), (None, 200)):
            client = Client()
            if account:
                client.force_login(account)
            answer = self.upload(("song.mp3", mp3()), by=client)
            assert answer.status_code == status  # 200 is the login page
            assert MediaItem.objects.count() == 0
        eve_sees = Client()
        eve_sees.force_login(eve)
        self.assertNotContains(eve_sees.get(LIST), UPLOAD_PATH)

    def test_a_post_from_a_foreign_page_uploads_nothing(self):
        forged = Client(enforce_csrf_checks=True)
        forged.force_login(self.root)
        assert self.upload(("song.mp3", mp3()), by=forged).status_code == 403
        assert MediaItem.objects.count() == 0


class EditingItems(StaffCase):
    def setUp(self) -> None:
        super().setUp()
        self.place = self.put("one.mp3", mp3("<script>alert(1)</script>"))
        self.scan()
        self.song = MediaItem.objects.get()

    def page(self, name: str) -> str:
        return reverse(f"admin:playback_mediaitem_{name}", args=[self.song.pk])

    def test_only_its_tags_can_be_corrected(self):
        words = {"title": "Right", "artist": "Who", "album": ""}
        self.client.post(self.page("change"), {**words, "path": "/etc/passwd", "kind": "video"})
        item = MediaItem.objects.get()
        assert (item.title, item.artist, item.path, item.kind) == ("Right", "Who", "one.mp3", "audio")
        assert (item.words, item.sort_title) == ("right\nwho\n", "right")

    def test_the_list_shows_durations_and_marks_only_missing_files(self):
        MediaItem.objects.update(duration=7082.4)
        for missing in (False, True):
            MediaItem.objects.update(missing=missing)
            for address in (LIST, self.page("change")):
                page = self.client.get(address)
                self.assertContains(page, "1:58:02")
                self.assertContains(page, "icon-no.svg" if missing else "icon-yes.svg", 1)
                self.assertNotContains(page, "icon-yes.svg" if missing else "icon-no.svg")

    def test_only_rows_of_missing_files_can_be_deleted(self):
        assert self.client.post(self.page("delete"), {"post": "yes"}).status_code == 403
        chosen = {"action": "delete_selected", "_selected_action": [self.song.pk], "post": "yes"}
        self.client.post(LIST, chosen)
        assert MediaItem.objects.exists()
        away = self.place.rename(self.folder.parent / "away.mp3")
        self.scan()
        self.client.post(LIST, chosen)
        assert not MediaItem.objects.exists()
        assert away.exists()

    def test_tags_run_nothing(self):
        for address in (LIST, self.page("change"), f"{LIST}?q=script"):
            self.assertNotContains(self.client.get(address), "<script>alert(1)")

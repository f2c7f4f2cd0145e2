"""A scan of every kind of file that people bring: how each plays, and what is in it."""

from __future__ import annotations

import shutil
import subprocess
from io import StringIO

import pytest
from django.core.management import call_command

from playback.domain.media_facts import MediaFacts
from playback.library import covers
from playback.models import MediaItem
from tests.media import SECONDS, SOURCES, made, missing
from tests.playback.library.fixtures import LibraryCase
from tests.playback.library.media_files import mp3, png
from tests.playback.library.test_content import needs_ffmpeg
from tests.playback.library.test_scan import needs_ffprobe, without_ffprobe


@pytest.mark.once
@needs_ffmpeg
@needs_ffprobe
class GeneratedMedia(LibraryCase):
    def bring(self, *names: str) -> None:
        for name in names:
            shutil.copy(made(name), self.folder / name)

    def facts(self, name: str) -> MediaFacts:
        facts = self.item(name).media_facts
        assert facts is not None
        return facts

    @pytest.mark.early
    def test_each_kind_of_file_is_listed_and_plays_as_expected(self):
        names = [name for name in SOURCES if not missing(name)]
        if len(names) < len(SOURCES) / 2:
            pytest.skip("ffmpeg lacks most encoders")
        self.bring(*names)
        report = self.scan()
        assert (report.new, report.left_out, report.damaged) == (len(names), 0, 0), self.said
        expected = {name: (SOURCES[name].plays, SOURCES[name].starts) for name in names}
        found = {item.path: (item.plays, item.starts_directly) for item in MediaItem.objects.all()}
        assert found == expected
        for item in MediaItem.objects.all():
            facts = self.facts(item.path)
            assert (item.kind == "video") == (facts.video is not None), item.path
            # raw AC-3 and the like have no length of their own
            if facts.container not in ("ac3", "mp2"):
                assert item.duration == pytest.approx(SECONDS, abs=2.6 if "cut" in item.path else 0.3), (
                    item.path
                )

    def test_an_episode_has_its_tracks_chapters_and_font(self):
        self.bring("episode.mkv")
        self.scan()
        assert self.item("episode.mkv").title == "An episode"
        facts = self.facts("episode.mkv")
        assert facts.video is not None
        assert (facts.video.width, facts.video.height) == (160, 90)
        assert facts.video.fps == pytest.approx(23.976, abs=0.01)
        assert [(track.codec, track.language, track.title, track.default) for track in facts.audio] == [
            ("aac", "jpn", "", True),
            ("aac", "eng", "Dub", False),
        ]
        assert [(track.codec, track.language, track.title) for track in facts.subtitles] == [
            ("ass", "eng", "Full"),
            ("subrip", "ger", ""),
        ]
        assert [(chapter.title, chapter.start_s, chapter.end_s) for chapter in facts.chapters] == [
            ("Opening", 0, 1),
            ("Part A", 1, 3),
            ("Ending", 3, 4),
        ]
        assert [font.mime for font in facts.attachments] in ([], ["font/ttf"])

    def test_a_film_that_was_cut_begins_before_zero(self):
        self.bring("o_cut.mp4", "o_h264_aac.mp4")
        self.scan()
        cut, whole = self.facts("o_cut.mp4").first_pts_s, self.facts("o_h264_aac.mp4").first_pts_s
        assert cut is not None and whole is not None
        assert cut < -1 and -0.1 < whole <= 0

    def test_the_next_scan_reads_what_earlier_versions_did_not(self):
        self.bring("episode.mkv", "o_h264_aac.mp4")
        self.put("song.mp3", mp3("Song"))
        self.scan()
        MediaItem.objects.update(plays="", why="", facts=None, starts_directly=True)
        assert self.scan(dry_run=True).changed == 3
        assert set(MediaItem.objects.values_list("plays", flat=True)) == {""}
        assert self.scan().changed == 3
        assert (self.item("episode.mkv").plays, self.item("song.mp3").plays) == ("remux", "direct")
        assert self.facts("episode.mkv").chapters
        assert self.scan().same == 3

    def test_the_next_scan_applies_the_rules_of_this_version_to_known_facts(self):
        self.bring("m_h264_ac3.mkv", "o_h264_aac.mp4")
        self.scan()
        before = self.item("m_h264_ac3.mkv")
        MediaItem.objects.filter(pk=before.pk).update(plays="direct", why="", starts_directly=True)
        with without_ffprobe():
            report = self.scan()
        assert (report.changed, report.same) == (1, 1)
        after = self.item("m_h264_ac3.mkv")
        assert (after.plays, after.why, after.facts) == (before.plays, before.why, before.facts)

    def test_without_ffprobe_what_browsers_play_is_listed_and_completed_later(self):
        self.bring("m_h264_ac3.mkv", "o_h264_aac.mp4", "o_mpeg4_mp3.avi")
        with without_ffprobe():
            report = self.scan()
            assert (report.new, report.left_out) == (1, 2)
            assert all("install ffmpeg" in line for line in self.said if "left out" in line)
            film = self.item("o_h264_aac.mp4")
            assert (film.plays, film.playable, film.media_facts) == ("", True, None)
            assert self.scan().same == 1
            out = StringIO()
            call_command("scan_media", stdout=out)
            assert "ffprobe is not installed: films and songs" in out.getvalue()
        assert self.scan().new == 2
        assert self.item("o_h264_aac.mp4").plays == "direct"

    def test_the_command_counts_how_the_library_plays(self):
        self.bring("m_h264_ac3.mkv", "o_h264_aac.mp4", "o_mpeg4_mp3.avi", "episode.mkv")
        out = StringIO()
        call_command("scan_media", stdout=out)
        for line in (
            "1 play in every browser",
            "1 need to be copied into another container for some browsers",
            "1 need their sound converted",
            "1 need their picture converted",
        ):
            assert f"in the library: {line}\n" in out.getvalue()

    def test_a_film_shows_the_cover_inside_it_and_never_an_svg(self):
        drawn = self.folder.parent / "cover.png"
        drawn.write_bytes(png(3))
        script = self.folder.parent / "cover.svg"
        script.write_text("<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>")
        film = ["ffmpeg", "-nostdin", "-v", "error", "-i", str(made("o_h264_aac.mp4"))]
        attached = [*film, "-map", "0", "-c", "copy", "-attach"]
        mime = ["-metadata:s:t", "mimetype=image/svg+xml", "-metadata:s:t", "filename=cover.svg"]
        for name, command in {
            "png.mkv": [*attached, str(drawn), "-metadata:s:t", "mimetype=image/png"],
            "png.mp4": [
                *film,
                "-i",
                str(drawn),
                "-map",
                "0",
                "-map",
                "1",
                "-c",
                "copy",
                "-disposition:v:1",
                "attached_pic",
            ],
            "svg.mkv": [*attached, str(script), *mime],
        }.items():
            subprocess.run([*command, str(self.folder / name)], check=True, timeout=60)
        self.scan()
        assert self.item("png.mkv").cover == self.item("png.mp4").cover == covers.file_name(png(3))
        assert self.item("svg.mkv").cover == ""
        assert self.stored_covers() == [covers.file_name(png(3))]

    def test_a_file_with_another_extension_is_what_its_content_is(self):
        for name, wrong in (
            ("o_mpeg4_mp3.avi", "film.mp4"),
            ("o_h264_aac.ts", "film.mkv"),
            ("o_wma.wma", "song.mp3"),
            ("o_ac3.ac3", "song.wav"),
            ("m_h264_aac.mkv", "film.avi"),
        ):
            shutil.copy(made(name), self.folder / wrong)
        self.scan()
        assert {path: self.item(path).mime for path in self.paths()} == {
            "film.mp4": "video/x-msvideo",
            "film.mkv": "video/mp2t",
            "song.mp3": "audio/x-ms-wma",
            "song.wav": "audio/ac3",
            "film.avi": "video/x-matroska",
        }

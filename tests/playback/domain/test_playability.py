"""How a file plays, by its content."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from playback.domain.media_facts import Attachment, Chapter, MediaFacts, Stream, from_json, to_json
from playback.domain.playability import AUDIO, DIRECT, NO, PLAYS, REMUX, TRANSCODE, UNKNOWN, decide

CONTAINERS = (
    "mp4",
    "webm",
    "matroska",
    "ogg",
    "wav",
    "mp3",
    "flac",
    "aac",
    "avi",
    "asf",
    "mpegts",
    "ac3",
    "?",
)
VIDEO_CODECS = ("h264", "hevc", "vp8", "vp9", "av1", "mpeg4", "mpeg2video", "theora", "wmv2", "unknown", "")
AUDIO_CODECS = (
    *("aac", "mp3", "opus", "vorbis", "flac", "ac3", "eac3", "dts", "truehd", "alac", "pcm_s16le"),
    *("wmav2", "ac4", "unknown"),
)
PIXELS = ("yuv420p", "yuvj420p", "yuv420p10le", "yuv444p", "yuv422p10le", "")


def video(codec: str, pix_fmt: str = "yuv420p", first_pts_s: float | None = 0.0) -> Stream:
    return Stream(
        index=0, type="video", codec=codec, pix_fmt=pix_fmt, width=640, height=360, first_pts_s=first_pts_s
    )


def audio(codec: str, index: int = 1, language: str = "") -> Stream:
    return Stream(index=index, type="audio", codec=codec, channels=2, language=language)


def file(container: str, *streams: Stream) -> MediaFacts:
    return MediaFacts(container=container, streams=list(streams))


AAC, SUBTITLES = audio("aac"), Stream(index=2, type="subtitle", codec="ass")
COVER = Stream(index=3, type="video", codec="mjpeg", pix_fmt="yuvj444p", cover=True)
H264 = video("h264")


@pytest.mark.parametrize(
    ("facts", "plays", "starts"),
    [
        (file("mp4", H264, AAC), DIRECT, True),
        (file("mp4", H264), DIRECT, True),
        (file("mp4", video("h264", "yuvj420p"), audio("opus")), DIRECT, True),
        (file("mp4", video("av1", "yuv420p10le"), audio("flac")), DIRECT, True),
        (file("mp4", video("vp9"), AAC), DIRECT, True),
        (file("mp4", AAC), DIRECT, True),
        (file("mp4", AAC, COVER), DIRECT, True),
        (file("webm", video("vp8"), audio("vorbis")), DIRECT, True),
        (file("webm", video("vp9", "yuv420p10le"), audio("opus")), DIRECT, True),
        (file("ogg", audio("vorbis", 0)), DIRECT, True),
        (file("ogg", audio("opus", 0)), DIRECT, True),
        (file("ogg", audio("flac", 0)), DIRECT, True),
        (file("wav", audio("pcm_s16le", 0)), DIRECT, True),
        (file("mp3", audio("mp3", 0)), DIRECT, True),
        (file("flac", audio("flac", 0), COVER), DIRECT, True),
        (file("aac", audio("aac", 0)), DIRECT, True),
        (file("matroska", H264, AAC), REMUX, True),
        (file("matroska", H264, AAC, SUBTITLES), REMUX, True),
        (file("matroska", video("av1"), audio("opus")), REMUX, True),
        (file("matroska", video("vp8"), audio("opus")), REMUX, True),
        (file("matroska", H264, AAC, audio("aac", 2)), REMUX, True),
        (file("mp4", H264, AAC, audio("aac", 2)), REMUX, True),
        (file("matroska", H264, audio("flac")), REMUX, False),
        (file("mpegts", H264, AAC), REMUX, False),
        (file("caf", audio("aac", 0)), REMUX, False),
        (file("matroska", H264, audio("vorbis")), AUDIO, True),
        (file("matroska", H264, AAC, audio("ac3", 2)), AUDIO, True),
        (file("matroska", H264, audio("ac3"), audio("aac", 2)), AUDIO, False),
        *[
            (file("matroska", H264, audio(codec)), AUDIO, False)
            for codec in ("mp3", "pcm_s16le", "ac3", "eac3", "dts", "truehd", "alac")
        ],
        (file("mp4", H264, audio("mp3")), AUDIO, False),
        (file("mp4", H264, audio("ac3")), AUDIO, False),
        (file("mp4", H264, structs.replace(AAC, profile="xHE-AAC")), AUDIO, False),
        (file("mp4", audio("alac", 0)), AUDIO, False),
        (file("asf", audio("wmav2", 0)), AUDIO, False),
        (file("wav", audio("dts", 0)), AUDIO, False),
        (file("avi", H264, AAC), TRANSCODE, False),
        (file("mp4", video("h264", first_pts_s=-3.3), AAC), TRANSCODE, False),
        (file("mp4", video("h264", first_pts_s=-0.083), AAC), DIRECT, True),
        (file("matroska", video("h264", "yuv420p10le"), AAC), TRANSCODE, False),
        (file("mp4", video("h264", "yuv444p"), AAC), TRANSCODE, False),
        (file("mp4", video("hevc"), AAC), TRANSCODE, False),
        (file("matroska", video("hevc", "yuv420p10le"), AAC), TRANSCODE, False),
        *[
            (file("matroska", video(codec), AAC), TRANSCODE, False)
            for codec in ("mpeg4", "mpeg2video", "wmv2")
        ],
        (file("ogg", video("theora"), audio("vorbis")), TRANSCODE, False),
        (file("webm", video("vp8"), audio("opus"), audio("opus", 2)), TRANSCODE, True),
        (file("mp4", structs.replace(H264, encrypted=True), AAC), NO, False),
        (file("mp4", structs.replace(AAC, encrypted=True)), NO, False),
        (file("mp4", video("unknown"), AAC), NO, False),
        (file("mp4", H264, audio("ac4")), NO, False),
        (file("mp4", COVER), NO, False),
        (file("matroska"), NO, False),
    ],
)
def test_each_kind_of_file_plays_as_measured(facts: MediaFacts, plays: str, starts: bool):
    found = decide(facts)
    assert (found.plays, found.starts) == (plays, starts), found.why


def test_the_reason_names_what_browsers_do_not_play():
    assert "DTS" in decide(file("matroska", H264, audio("dts"))).why
    assert "HEVC" in decide(file("mp4", video("hevc"), AAC)).why
    assert "10 bit" in decide(file("matroska", video("h264", "yuv420p10le"), AAC)).why
    assert "AVI" in decide(file("avi", H264, AAC)).why
    assert "first of its 2 audio tracks" in decide(file("mp4", H264, AAC, audio("aac", 2))).why


pictures = st.builds(
    video, st.sampled_from(VIDEO_CODECS), st.sampled_from(PIXELS), st.none() | st.floats(-10, 10)
)
sounds = st.builds(audio, st.sampled_from(AUDIO_CODECS), st.integers(1, 9))
files = st.builds(
    lambda container, films, sounds: file(container, *films, *sounds),
    st.sampled_from(CONTAINERS),
    st.lists(pictures, max_size=2),
    st.lists(sounds, max_size=3),
)


@given(files)
def test_any_file_plays_in_one_way_and_all_but_direct_have_a_reason(facts: MediaFacts):
    found = decide(facts)
    assert found.plays in PLAYS
    assert (found.why == "") == (found.plays == DIRECT)
    assert found.starts or found.plays != DIRECT
    assert not found.starts or found.plays != NO
    assert not found.why or (found.why[0].isupper() and found.why[-1] == "." and len(found.why) <= 300)


@given(files)
def test_subtitles_covers_fonts_and_chapters_change_nothing(facts: MediaFacts):
    more = structs.replace(
        facts,
        streams=[*facts.streams, SUBTITLES, COVER],
        chapters=[Chapter(start_s=0, end_s=9)],
        attachments=[Attachment(index=7, name="serif.ttf")],
    )
    assert decide(more) == decide(facts)


@given(files, sounds)
def test_another_audio_track_is_never_played_as_it_is(facts: MediaFacts, more: Stream):
    """Unless nothing can decode it, or the file had none."""
    if facts.audio and more.codec not in ("ac4", "unknown"):
        both = structs.replace(facts, streams=[*facts.streams, more])
        known = [stream for stream in facts.audio if stream.codec not in ("ac4", "unknown")]
        assert not known or decide(both).plays != DIRECT


@given(files, pictures)
def test_only_the_first_film_of_a_file_matters(facts: MediaFacts, second: Stream):
    if facts.video is not None:
        assert decide(structs.replace(facts, streams=[*facts.streams, second])) == decide(facts)


@given(files)
def test_facts_survive_being_stored(facts: MediaFacts):
    assert from_json(json.loads(json.dumps(to_json(facts)))) == facts


def test_facts_of_another_version_are_as_good_as_none():
    assert from_json(None) is None
    assert from_json({"container": 5}) is None
    assert from_json([]) is None
    assert from_json({"container": "mp4", "of a later version": 1}) == file("mp4")
    assert UNKNOWN.starts

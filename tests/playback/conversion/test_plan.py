from __future__ import annotations

import pytest

from playback.conversion.plan import MUSIC, REMUX, CannotConvert, plan_of
from playback.domain.media_facts import MediaFacts, Stream
from playback.domain.playability import AUDIO, TRANSCODE

H264 = Stream(index=0, type="video", codec="h264", pix_fmt="yuv420p", width=1920, height=1080)
AAC = Stream(index=1, type="audio", codec="aac", profile="LC", channels=2, language="jpn", default=True)
DUB = Stream(index=2, type="audio", codec="aac", profile="LC", channels=2, language="eng", title="Dub")


def facts(*streams: Stream, container: str = "matroska", **others) -> MediaFacts:
    return MediaFacts(container=container, duration_s=60.0, streams=list(streams), **others)


def with_changes(stream: Stream, **changes) -> Stream:
    return Stream(**{field: getattr(stream, field) for field in stream.__struct_fields__} | changes)


def test_a_light_picture_is_smaller_than_the_first():
    hevc = with_changes(H264, codec="hevc")
    assert plan_of(facts(H264, AAC), 720, 480).renditions == ("v", "light", "a0")
    beside = plan_of(facts(hevc, AAC), 720, 480)
    assert (beside.light.height, beside.light.copied, beside.light.stream) == (480, False, 0)
    assert plan_of(facts(H264, AAC), 720).light is None
    assert plan_of(facts(hevc, AAC), 480, 480).light is None
    assert plan_of(facts(with_changes(H264, width=640, height=480), AAC), 720, 480).light is None
    assert plan_of(facts(with_changes(H264, width=0, height=0), AAC), 720, 480).light is None
    upright = with_changes(H264, width=480, height=854)
    assert plan_of(facts(upright, AAC), 720, 480).light is None


def test_what_is_copied_beside_a_light_picture_begins_anew():
    assert not plan_of(facts(H264, AAC), 720, 480).resumes
    assert plan_of(facts(with_changes(H264, codec="hevc"), AAC), 720, 480).resumes


def test_each_language_is_a_rendition_of_a_remux():
    plan = plan_of(facts(H264, AAC, DUB), 720)
    assert (plan.kind, plan.renditions, plan.entry) == (REMUX, ("v", "a0", "a1"), "master.m3u8")
    assert [(track.label, track.language, track.default) for track in plan.audio] == [
        ("Japanese", "ja", True),
        ("Dub", "en", False),
    ]
    assert plan.video.copied
    assert all(track.copied for track in plan.audio)


def test_foreign_sound_is_encoded_beside_a_copied_picture():
    ac3 = with_changes(AAC, codec="ac3", channels=6)
    plan = plan_of(facts(H264, ac3, DUB), 720)
    assert plan.kind == AUDIO
    assert plan.video.copied
    assert [track.copied for track in plan.audio] == [False, True]


def test_a_foreign_picture_is_encoded_with_all_sound():
    hevc = with_changes(H264, codec="hevc")
    plan = plan_of(facts(hevc, AAC, DUB), 720)
    assert (plan.kind, plan.video.copied, plan.video.height) == (TRANSCODE, False, 720)
    assert not any(track.copied for track in plan.audio)
    assert plan.resumes


def test_sound_that_begins_late_is_encoded_so_that_silence_fills_the_gap():
    late = with_changes(AAC, start_time=1.5, first_pts_s=1.5)
    plan = plan_of(facts(H264, late, start_time=0.0), 720)
    assert (plan.kind, plan.audio[0].copied) == (AUDIO, False)
    soon = with_changes(AAC, start_time=0.021)
    assert plan_of(facts(H264, soon, start_time=0.0), 720).audio[0].copied


def test_a_late_start_is_relative_to_the_file():
    video, audio = with_changes(H264, start_time=1.4), with_changes(AAC, start_time=1.45)
    plan = plan_of(facts(video, audio, container="mpegts", start_time=1.4), 720)
    assert plan.audio[0].copied
    assert not plan.negative


def test_time_stamps_before_the_start_are_known():
    early = with_changes(AAC, first_pts_s=-0.021)
    assert plan_of(facts(H264, early, start_time=0.0), 720).negative
    assert not plan_of(facts(H264, early, start_time=-0.021), 720).negative  # ffmpeg moves the start to 0


@pytest.mark.parametrize(
    "codec, entry", [("alac", "music.flac"), ("pcm_s24be", "music.flac"), ("wmav2", "music.webm")]
)
def test_music_becomes_one_file_lossless_if_it_was(codec: str, entry: str):
    song = with_changes(AAC, codec=codec, index=0)
    plan = plan_of(facts(song, container="caf"), 720)
    assert (plan.kind, plan.entry, plan.renditions) == (MUSIC, entry, ())


def test_a_cover_is_no_film():
    cover = Stream(index=0, type="video", codec="mjpeg", cover=True)
    assert plan_of(facts(cover, with_changes(AAC, codec="alac"), container="mp4"), 720).kind == MUSIC


def test_labels_differ_and_fit_into_a_playlist():
    commentary = with_changes(DUB, index=3, title='He said "no"\nand left')
    again = with_changes(DUB, index=4)
    nameless = with_changes(AAC, index=5, language="", default=False)
    labels = [track.label for track in plan_of(facts(H264, AAC, DUB, commentary, again, nameless), 0).audio]
    assert labels == ["Japanese", "Dub", "He said noand left", "Dub (2)", "Audio 5"]


def test_many_tracks_are_bounded():
    tracks = [with_changes(AAC, index=number, default=False) for number in range(1, 301)]
    plan = plan_of(facts(H264, *tracks), 720)
    assert len(plan.audio) == 12
    assert sum(track.default for track in plan.audio) == 1


def test_what_plays_or_cannot_be_read_is_refused_with_a_sentence():
    with pytest.raises(CannotConvert, match="Every browser plays"):
        plan_of(facts(H264, AAC, container="mp4"), 720)
    with pytest.raises(CannotConvert, match="encrypted"):
        plan_of(facts(with_changes(H264, encrypted=True), AAC), 720)

"""Facts from ffprobe's output: known fields, in range, bounded."""

from __future__ import annotations

import json
import math

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from playback.domain.media_facts import MAX_ATTACHMENTS, MAX_CHAPTERS, MAX_STREAMS, MediaFacts, to_json
from playback.domain.playability import decide
from playback.library.metadata.media_facts import Output, facts_of

EPISODE = """{
  "packets": [{"stream_index": 0, "pts_time": "0.083000"}, {"stream_index": 0, "pts_time": "-0.042"},
    {"stream_index": 1, "pts_time": "0.021"}, {"stream_index": 1}],
  "streams": [
    {"index": 0, "codec_name": "h264", "profile": "High", "codec_type": "video", "codec_tag_string": "[0][0][0][0]",
     "width": 640, "height": 360, "pix_fmt": "yuv420p", "level": 30, "r_frame_rate": "24000/1001",
     "avg_frame_rate": "0/0", "start_time": "0.083000",
     "disposition": {"default": 1, "forced": 0, "attached_pic": 0}},
    {"index": 1, "codec_name": "aac", "profile": "LC", "codec_type": "audio", "channels": 2, "sample_rate": "48000",
     "disposition": {"default": 1}, "tags": {"LANGUAGE": "jpn", "title": "Stereo\\u202e"}},
    {"index": 2, "codec_name": "ass", "codec_type": "subtitle", "disposition": {"forced": 1},
     "tags": {"language": "und"}},
    {"index": 3, "codec_name": "ttf", "codec_type": "attachment",
     "tags": {"filename": "serif.ttf", "mimetype": "font/ttf"}},
    {"index": 4, "codec_name": "mjpeg", "codec_type": "video", "disposition": {"attached_pic": 1}}
  ],
  "chapters": [
    {"start_time": "8.000000", "end_time": "16.000000", "tags": {"title": "Part A"}},
    {"start_time": "0.000000", "end_time": "8.000000", "tags": {"title": "Opening"}},
    {"start_time": "16.000000", "end_time": "16.000000"}
  ],
  "format": {"format_name": "matroska,webm", "start_time": "-0.042000", "duration": "24.001", "size": "1048576",
    "bit_rate": "349525", "tags": {"TITLE": "An episode"}}
}"""


def read(text: str, container: str = "matroska") -> MediaFacts:
    return facts_of(msgspec.json.decode(text, type=Output), container)


def test_an_episode():
    facts = read(EPISODE)
    assert (facts.container, facts.format_names, facts.size) == ("matroska", ["matroska", "webm"], 1048576)
    assert (facts.duration_s, facts.start_time, facts.bit_rate) == (24.001, -0.042, 349525)
    film, sound, signs, cover = facts.streams
    assert facts.video == film
    assert (film.codec, film.profile, film.pix_fmt, film.width, film.height) == (
        "h264",
        "High",
        "yuv420p",
        640,
        360,
    )
    assert film.fps == pytest.approx(23.976)
    assert (film.level, film.default, film.start_time) == (30, True, 0.083)
    assert (film.first_pts_s, sound.first_pts_s, signs.first_pts_s) == (-0.042, 0.021, None)
    assert facts.first_pts_s == -0.042
    assert (sound.language, sound.title, sound.channels, sound.sample_rate) == ("jpn", "Stereo", 2, 48000)
    assert (signs.type, signs.language, signs.forced) == ("subtitle", "", True)
    assert cover.cover and cover.index == 4
    assert [(chapter.start_s, chapter.end_s, chapter.title) for chapter in facts.chapters] == [
        (0, 8, "Opening"),
        (8, 16, "Part A"),
    ]
    assert [(file.index, file.name, file.mime) for file in facts.attachments] == [
        (3, "serif.ttf", "font/ttf")
    ]


@pytest.mark.parametrize(
    ("average", "base", "fps"),
    [
        ("48000/1001", "24000/1001", 23.976),
        ("24000/1001", "1000/1", 23.976),
        ("25/1", "50/1", 25),
        ("0/0", "0/0", None),
    ],
)
def test_the_lower_of_two_rates_is_that_of_the_pictures(average, base, fps):
    text = EPISODE.replace('"r_frame_rate": "24000/1001"', f'"r_frame_rate": "{base}"').replace(
        "0/0", average
    )
    assert read(text).streams[0].fps == (fps and pytest.approx(fps))


def test_lists_are_bounded_and_say_how_much_is_missing():
    streams = ",".join(f'{{"index": {index}, "codec_type": "audio"}}' for index in range(300))
    fonts = ",".join(f'{{"index": {index}, "codec_type": "attachment"}}' for index in range(300, 500))
    chapters = ",".join(f'{{"start_time": "{at}", "end_time": "{at + 1}"}}' for at in range(1000))
    facts = read(f'{{"streams": [{streams}, {fonts}], "chapters": [{chapters}]}}')
    assert (len(facts.streams), facts.streams_left_out) == (MAX_STREAMS, 300 - MAX_STREAMS)
    assert (len(facts.chapters), len(facts.attachments)) == (MAX_CHAPTERS, MAX_ATTACHMENTS)


def test_an_encrypted_stream():
    facts = read(
        '{"streams": [{"codec_type": "audio", "codec_name": "aac", "codec_tag_string": "drms"}]}', "mp4"
    )
    assert decide(facts).why == "It is encrypted."


numbers = (
    st.sampled_from(["N/A", "", "nan", "inf", "-inf", "1e999", "9" * 400, "-1", "0/0", "1/0", "24000/1001"])
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.integers()
    | st.none()
)
texts = st.text(max_size=200)
streams = st.fixed_dictionaries(
    {
        "index": st.integers(-(2**63), 2**63),
        "codec_type": st.sampled_from(["video", "audio", "subtitle", "attachment", "data", "", "?"]),
        "tags": st.dictionaries(st.sampled_from(["language", "TITLE", "filename"]), texts),
    },
    optional=dict.fromkeys(("codec_name", "pix_fmt", "profile", "avg_frame_rate"), texts)
    | dict.fromkeys(
        ("width", "level", "channels", "sample_rate", "bit_rate", "start_time", "height"), numbers
    ),
)
outputs = st.fixed_dictionaries(
    {
        "streams": st.lists(streams, max_size=5),
        "chapters": st.lists(st.fixed_dictionaries({"start_time": numbers, "end_time": numbers}), max_size=5),
        "packets": st.lists(st.fixed_dictionaries({"stream_index": st.integers(-2, 5), "pts_time": numbers})),
        "format": st.fixed_dictionaries({"format_name": texts, "duration": numbers, "size": numbers}),
    }
)


@given(outputs)
def test_any_output_becomes_facts_that_a_database_stores(output):
    facts = facts_of(msgspec.convert(output, Output), "matroska")
    assert facts.duration_s is None or (math.isfinite(facts.duration_s) and facts.duration_s >= 0)
    assert all(chapter.start_s < chapter.end_s for chapter in facts.chapters)
    # Databases reject NUL, and JSON has no other numbers than these.
    assert "\\u0000" not in json.dumps(to_json(facts), allow_nan=False)
    for stream in facts.streams:
        assert 0 <= stream.index <= 2**53 and len(stream.title) <= 100 and len(stream.codec) <= 40
    assert decide(facts).plays


@pytest.mark.parametrize(
    "output", ["", "null", "[]", '{"streams": 5}', '{"streams": [{"index": "x"}]}', '{"format": []}']
)
def test_other_output_is_an_error_of_the_decoder(output: str):
    with pytest.raises(msgspec.MsgspecError):
        msgspec.json.decode(output, type=Output)

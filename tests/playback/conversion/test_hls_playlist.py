from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from playback.conversion.hls_playlist import (
    AudioRendition,
    MediaPlaylist,
    Segment,
    VideoRendition,
    master,
    parse,
)
from playback.conversion.plan import AudioTrack

FFMPEG = """#EXTM3U
#EXT-X-VERSION:7
#EXT-X-TARGETDURATION:4
#EXT-X-MEDIA-SEQUENCE:2
#EXT-X-PLAYLIST-TYPE:EVENT
#EXT-X-INDEPENDENT-SEGMENTS
#EXT-X-MAP:URI="init_0.mp4"
#EXTINF:4.004000,
s00002.m4s
#EXTINF:1.251250,
s00003.m4s
#EXT-X-ENDLIST
"""
durations = st.floats(0.01, 60, allow_nan=False).map(lambda seconds: round(seconds, 6))
playlists = st.lists(durations, max_size=30).map(
    lambda found: MediaPlaylist(
        "init_0.mp4", tuple(Segment(f"s{number:05}.m4s", seconds) for number, seconds in enumerate(found))
    )
)


def test_a_list_of_ffmpeg_is_read():
    assert parse(FFMPEG) == MediaPlaylist(
        "init_0.mp4", (Segment("s00002.m4s", 4.004), Segment("s00003.m4s", 1.25125))
    )


@given(playlists, st.booleans())
def test_our_own_lists_are_read_back(playlist: MediaPlaylist, ended: bool):
    text = playlist.to_text(ended=ended)
    assert parse(text) == playlist
    assert ("#EXT-X-ENDLIST" in text) == ended
    assert ("PLAYLIST-TYPE:VOD" in text) == ended


@given(playlists, playlists)
def test_lists_of_two_runs_are_one(earlier: MediaPlaylist, later: MediaPlaylist):
    joined = earlier.continued(later)
    assert joined.segments == earlier.segments + later.segments
    assert joined.first(len(earlier.segments)).segments == earlier.segments


def test_names_that_would_leave_the_folder_are_skipped():
    hostile = FFMPEG.replace("s00002.m4s", "../../../secret_key").replace("init_0.mp4", "/etc/passwd")
    assert parse(hostile) == MediaPlaylist("", (Segment("s00003.m4s", 1.25125),))


@given(st.text())
def test_any_text_is_read_without_an_error(text: str):
    parse(text)
    parse(FFMPEG.replace("4.004000", text))


def test_the_master_names_languages_codecs_and_size():
    tracks = [
        AudioTrack(1, True, "a0", "Japanese", "ja", True, channels=2),
        AudioTrack(2, False, "a1", 'The "Dub"', "en", channels=6),
    ]
    text = master(
        [
            VideoRendition("v", "avc1.640028", 1920, 1080, 5_000_000, 4_000_000),
            VideoRendition("light", "avc1.64001e", 854, 480, 1_300_000, 900_000),
        ],
        [AudioRendition(track, "mp4a.40.2") for track in tracks],
    )
    assert text.splitlines() == [
        "#EXTM3U",
        "#EXT-X-VERSION:7",
        "#EXT-X-INDEPENDENT-SEGMENTS",
        '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="audio",NAME="Japanese",LANGUAGE="ja",DEFAULT=YES,AUTOSELECT=YES,'
        'CHANNELS="2",URI="a0/index.m3u8"',
        '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="audio",NAME="The Dub",LANGUAGE="en",DEFAULT=NO,AUTOSELECT=YES,'
        'CHANNELS="2",URI="a1/index.m3u8"',
        '#EXT-X-STREAM-INF:BANDWIDTH=5000000,AVERAGE-BANDWIDTH=4000000,CODECS="avc1.640028,mp4a.40.2",'
        'RESOLUTION=1920x1080,AUDIO="audio"',
        "v/index.m3u8",
        '#EXT-X-STREAM-INF:BANDWIDTH=1300000,AVERAGE-BANDWIDTH=900000,CODECS="avc1.64001e,mp4a.40.2",'
        'RESOLUTION=854x480,AUDIO="audio"',
        "light/index.m3u8",
    ]


def test_a_silent_film_has_no_audio_group():
    text = master([VideoRendition("v", "avc1.64001f", 640, 360, 1, 1)], [])
    assert "AUDIO" not in text
    assert 'CODECS="avc1.64001f"' in text

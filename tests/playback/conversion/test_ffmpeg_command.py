from __future__ import annotations

from playback.conversion.ffmpeg_command import FROM_START, Resumption, arguments
from playback.conversion.plan import plan_of
from tests.playback.conversion.test_plan import AAC, DUB, H264, facts, with_changes


def option(words: list[str], name: str) -> str:
    return words[words.index(name) + 1]


def test_a_remux_copies_and_keeps_true_times():
    words = arguments(plan_of(facts(H264, AAC, DUB), 720), "/films/a b.mkv")
    assert option(words, "-i") == "file:/films/a b.mkv"
    assert [words[at + 1] for at, word in enumerate(words) if word == "-map"] == ["0:0", "0:1", "0:2"]
    assert (option(words, "-c:v:0"), option(words, "-c:a:0"), option(words, "-c:a:1")) == ("copy",) * 3
    assert option(words, "-hls_segment_options") == "movflags=+cmaf+frag_discont:use_editlist=0"
    assert option(words, "-avoid_negative_ts") == "disabled"
    assert option(words, "-var_stream_map") == "v:0,name:v a:0,name:a0 a:1,name:a1"


def test_a_light_picture_is_encoded_beside_the_copy_with_a_bounded_rate():
    words = arguments(plan_of(facts(H264, AAC), 720, 480), "/a.mkv")
    assert [words[at + 1] for at, word in enumerate(words) if word == "-map"] == ["0:0", "0:0", "0:1"]
    assert (option(words, "-c:v:0"), option(words, "-c:v:1")) == ("copy", "libx264")
    assert option(words, "-var_stream_map") == "v:0,name:v v:1,name:light a:0,name:a0"
    assert "min(480\\,ih)" in option(words, "-filter:v:1")
    assert option(words, "-maxrate:v:1") == "1200000"
    assert "-crf:v:0" not in words


def test_both_pictures_have_their_key_frames_at_the_same_times():
    words = arguments(plan_of(facts(with_changes(H264, codec="hevc"), AAC), 720, 480), "/a.mkv")
    first, second = (option(words, f"-force_key_frames:v:{at}") for at in (0, 1))
    assert first == second == "expr:gte(t,n_forced*2)"
    assert "-maxrate:v:0" not in words


def test_each_picture_goes_on_where_its_own_ended():
    plan = plan_of(facts(with_changes(H264, codec="hevc"), AAC), 720, 480)
    words = arguments(plan, "/a.mkv", Resumption(3, (12.012, 12.025), (12.010667,)))
    seek_s = float(option(words, "-ss"))
    for at, begin_s in enumerate((12.012, 12.025)):
        assert f"trim=start={begin_s - seek_s - 0.002:.6f}" in option(words, f"-filter:v:{at}")


def test_only_files_are_opened_and_no_playlists():
    for plan in (plan_of(facts(H264, AAC), 0), plan_of(facts(with_changes(AAC, codec="alac")), 0)):
        words = arguments(plan, "/films/a.mkv")
        assert option(words, "-protocol_whitelist") == "file"
        formats = option(words, "-format_whitelist").split(",")
        assert "matroska" in formats
        assert not {"hls", "concat", "dash", "image2", "lavfi", "tee"} & set(formats)
        before_input = words[: words.index("-i")]
        assert {"-nostdin", "-protocol_whitelist", "-format_whitelist"} <= set(before_input)


def test_negative_time_stamps_are_moved():
    early = with_changes(AAC, first_pts_s=-0.5)
    assert "-avoid_negative_ts" not in arguments(plan_of(facts(H264, early, start_time=0.0), 0), "/a.mkv")


def test_encoded_sound_begins_at_zero_and_in_stereo():
    plan = plan_of(facts(H264, with_changes(AAC, codec="dts", channels=6), DUB), 720)
    words = arguments(plan, "/a.mkv")
    assert (option(words, "-c:v:0"), option(words, "-c:a:0"), option(words, "-c:a:1")) == (
        "copy",
        "aac",
        "copy",
    )
    assert (option(words, "-ac:a:0"), option(words, "-filter:a:0")) == (
        "2",
        "aresample=48000:async=1:first_pts=1024",
    )


def test_a_picture_is_limited_by_its_smaller_side():
    plan = plan_of(facts(with_changes(H264, codec="hevc"), AAC), 720)
    filters = option(arguments(plan, "/a.mkv"), "-filter:v:0")
    assert "min(720\\,ih)" in filters
    assert "min(720\\,iw)" in filters
    kept = plan_of(facts(with_changes(H264, codec="hevc"), AAC), 0)
    assert "min(" not in option(arguments(kept, "/a.mkv"), "-filter:v:0")


def test_a_transcode_goes_on_where_each_rendition_ended():
    plan = plan_of(facts(with_changes(H264, codec="hevc"), AAC), 720)
    words = arguments(plan, "/a.mkv", Resumption(3, (12.012,), (12.010667,)))
    seek_s = float(option(words, "-ss"))
    assert words.index("-ss") < words.index("-i")
    assert seek_s < 12.010667
    assert option(words, "-output_ts_offset") == option(words, "-ss")
    assert option(words, "-start_number") == "3"
    first = int(option(words, "-filter:a:0").rpartition("=")[2])
    assert abs((first - 1024) / 48000 + seek_s - 12.010667) < 1 / 48000
    assert f"trim=start={12.012 - seek_s - 0.002:.6f}" in option(words, "-filter:v:0")


def test_from_the_start_nothing_is_skipped():
    words = arguments(plan_of(facts(with_changes(H264, codec="hevc"), AAC), 720), "/a.mkv", FROM_START)
    assert "-ss" not in words
    assert "-output_ts_offset" not in words
    assert "trim" not in option(words, "-filter:v:0")


def test_an_encoded_picture_names_its_own_rate():
    film = with_changes(H264, codec="hevc")
    named = {
        23.976: "48000/1001",
        24.0: "48/1",
        29.97: "60000/1001",
        12.5: "25/1",
        0.25: "2/1",
        90000.0: "480/1",
    }
    for fps, ticks in named.items():
        words = arguments(plan_of(facts(with_changes(film, fps=fps), AAC), 720, 480), "/a.mkv")
        for at in (0, 1):
            assert option(words, f"-bsf:v:{at}") == f"h264_metadata=tick_rate={ticks}"
    unknown = with_changes(film, fps=None)
    assert "-bsf:v:0" not in arguments(plan_of(facts(unknown, AAC), 720), "/a.mkv")

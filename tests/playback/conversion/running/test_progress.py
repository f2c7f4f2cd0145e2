from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from playback.conversion.languages import language_name, language_tag
from playback.conversion.running.progress_lines import ProgressReader
from playback.domain.conversions import left_s, plays_through, progress_now, share_done

seconds = st.floats(0, 1e6, allow_nan=False)


def test_a_report_of_ffmpeg_is_read():
    progress = ProgressReader()
    ends = [progress.feed(line) for line in ("out_time_us=5234000", "speed=1.53x", "progress=continue")]
    assert ends == [False, False, True]
    assert (progress.out_s, progress.speed) == (5.234, 1.53)


def test_the_first_report_knows_nothing():
    progress = ProgressReader()
    for line in ("out_time_us=N/A", "out_time_us=-9223372036854775807", "speed=N/A", "speed=   0x"):
        progress.feed(line)
    assert (progress.out_s, progress.speed) == (0.0, None)


@given(st.text())
def test_any_line_is_read_without_an_error(line: str):
    progress = ProgressReader()
    progress.feed(line)
    progress.feed(f"out_time_us={line}")
    progress.feed(f"speed={line}")
    assert progress.out_s >= 0


@given(seconds, st.none() | st.floats(-1, 1e6, allow_nan=False))
def test_only_a_finished_conversion_is_whole(done_s: float, duration_s: float | None):
    assert 0 <= share_done(done_s, duration_s) < 1


def test_the_rest_takes_as_long_as_its_speed_says():
    assert left_s(0.25, 400.0, 2.0) == 150.0
    assert left_s(0.0, 400.0, 2.0) is left_s(0.5, None, 2.0) is left_s(0.5, 400.0, None) is None


@given(st.floats(4, 1e4), st.floats(0, 0.99), st.floats(0, 0.5), st.floats(-0.2, 0.2))
def test_what_is_shown_between_reports_is_true_within_five_percent(
    takes_s: float, part: float, age_s: float, wrong: float
):
    """ffmpeg's speed is a mean since its start, and may be a fifth wrong now."""
    duration_s = 1440.0
    speed = duration_s / takes_s
    truth = min(1.0, part + age_s / takes_s)
    shown = progress_now(part, duration_s, speed * (1 + wrong), age_s)
    assert abs(shown - truth) <= 0.05
    assert shown < 1


def test_a_conversion_that_stands_still_does_not_run_away():
    assert progress_now(0.5, 100.0, 1.0, 3600.0) == 0.51
    assert progress_now(0.5, 100.0, 1.0, -5.0) == 0.5
    assert progress_now(0.5, 100.0, None, 1.0) == progress_now(0.5, None, 1.0, 1.0) == 0.5
    assert progress_now(1.0, 100.0, 1.0, None) == 1.0


@given(st.floats(1, 1e5), st.floats(0.05, 30), st.floats(0, 1))
def test_a_player_that_may_begin_is_never_overtaken(duration_s: float, speed: float, part: float):
    prepared_s = part * duration_s
    if plays_through(prepared_s, duration_s, speed):
        # At any media time the conversion is as far as the player, if it keeps its speed.
        assert prepared_s + speed * duration_s >= duration_s
        assert prepared_s >= min(12.0, duration_s)


def test_a_slow_conversion_has_to_be_ahead():
    assert not plays_through(60.0, 1000.0, 0.5)
    assert plays_through(600.0, 1000.0, 0.5)
    assert not plays_through(60.0, None, 5.0)


def test_languages_get_the_code_that_browsers_use():
    assert [
        language_tag(code) for code in ("jpn", "ger", "deu", "de", "pt-BR", "por_BR", "und", "", "xx1")
    ] == [
        *("ja", "de", "de", "de", "pt-BR", "pt-BR", "", "", ""),
    ]
    assert language_tag("tlh") == "tlh"
    assert (language_name("jpn"), language_name("en-GB"), language_name("tlh")) == ("Japanese", "English", "")

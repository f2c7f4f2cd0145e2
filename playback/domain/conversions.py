"""Conversions: the files of a result, how far one is, how long it will take, and whether a player may begin. Pure."""

from __future__ import annotations

# The file of a result that players open: the master playlist of HLS, or a single file of music.
MASTER = "master.m3u8"
FLAC, OPUS = "music.flac", "music.webm"
RESULT_MIMES = {MASTER: "application/vnd.apple.mpegurl", FLAC: "audio/flac", OPUS: "audio/webm"}

# A player has this much to begin with; the speed of a conversion varies.
START_BUFFER_S = 12.0
MARGIN = 1.15
LONGEST_SILENCE_S = 1.0  # between two reports: after a longer one a conversion may stand still
NEARLY_DONE = 0.99  # only a finished conversion shows 1


def share_done(done_s: float, duration_s: float | None) -> float:
    """Return the progress from 0 to 0.99. A file whose duration is unknown stays at 0."""
    if not duration_s or duration_s <= 0:
        return 0.0
    return max(0.0, min(NEARLY_DONE, done_s / duration_s))


def progress_now(
    progress: float, duration_s: float | None, speed: float | None, age_s: float | None
) -> float:
    """Return how far a conversion is at this moment. `age_s`: since the report, which may be out of date by then.

    A file that is copied takes a few seconds: a quarter of a second later it is four percent further.
    """
    if not duration_s or not speed or age_s is None:
        return progress
    ahead_s = speed * max(0.0, min(age_s, LONGEST_SILENCE_S))
    return max(progress, min(NEARLY_DONE, progress + ahead_s / duration_s))


def left_s(progress: float, duration_s: float | None, speed: float | None) -> float | None:
    """Return the seconds until it is done, or None if they are not known yet."""
    if not duration_s or not speed or not 0 < progress < 1:
        return None
    return (1 - progress) * duration_s / speed


def plays_through(prepared_s: float, duration_s: float | None, speed: float | None) -> bool:
    """Whether a player that starts now would not overtake the conversion."""
    if not duration_s or not speed or prepared_s < min(START_BUFFER_S, duration_s):
        return False
    return (duration_s - prepared_s) / speed * MARGIN <= duration_s

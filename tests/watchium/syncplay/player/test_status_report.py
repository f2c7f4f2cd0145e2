from __future__ import annotations

from dataclasses import replace

import msgspec

from playback.domain.timeline import PLAYING, Timeline
from tests.watchium.syncplay.playlist.queues import FILM
from watchium.protocol.commands import PlayerReport
from watchium.syncplay.incoming import ClientState, SetFile
from watchium.syncplay.player.status_report import StatusReport
from watchium.syncplay.timing import ClientTiming

PLAYS = Timeline(position_s=60.0, phase=PLAYING, at_ms=1_000_000.0, revision=5)
FILE = SetFile(name="film.mkv", duration_s=600.0, size=5)
AT_PLACE = ClientState(position_s=61.0, paused=False)


def report_of(**changes: object) -> PlayerReport:
    values = {"state": AT_PLACE, "file": FILE, "media": FILM, "timeline": PLAYS, "now_s": 1001.0, **changes}
    report = StatusReport(ClientTiming(1000.0)).due(*values.values())  # type: ignore[arg-type]
    return msgspec.convert(report, PlayerReport)


def test_it_is_sent_every_three_seconds():
    status = StatusReport(ClientTiming(1000.0))
    times = [1000.0, 1001.0, 1002.9, 1003.0, 1005.9, 1006.1]
    sent = [status.due(AT_PLACE, FILE, FILM, PLAYS, now_s) is not None for now_s in times]
    assert sent == [True, False, False, True, False, True]


def test_of_an_own_copy_of_unknown_length_it_has_the_length_of_the_file():
    assert report_of().duration == 600.0
    assert report_of(media=replace_duration(600.0)).duration is None
    assert report_of(timeline=replace(PLAYS, duration_s=600.0)).duration is None
    assert report_of(file=None).duration is None


def replace_duration(seconds: float) -> object:
    return msgspec.structs.replace(FILM, duration=seconds)


def test_of_another_cut_it_says_how_much_longer_it_is():
    assert report_of(media=replace_duration(597.0)).longer_s == 3.0
    assert report_of(media=replace_duration(604.04)).longer_s == -4.0
    assert report_of(media=replace_duration(598.0)).longer_s is None


def test_without_a_file_the_player_is_empty():
    report = report_of(file=None)
    assert (report.state, report.copy, report.is_synced, report.drift_ms) == ("empty", "missing", False, None)


def test_the_end_of_the_file_is_reported_as_pages_do():
    report = msgspec.convert(StatusReport(ClientTiming(1000.0)).of_end(600.0, PLAYS, 1001.0), PlayerReport)
    assert (report.ended_at, report.duration, report.state, report.revision) == (600.0, 600.0, "ended", 5)

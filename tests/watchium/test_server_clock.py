from __future__ import annotations

import time

from django.test import TestCase

from rooms.models import ClockAnchor
from watchium import server_clock


class ClockAnchors(TestCase):
    def test_the_first_process_of_a_boot_sets_the_anchor_and_the_others_read_it(self):
        assert ClockAnchor.objects.get_or_store("boot", 1000.0) == 1000.0
        assert ClockAnchor.objects.get_or_store("boot", 2000.0) == 1000.0
        assert ClockAnchor.objects.get_or_store("next boot", 2000.0) == 2000.0

    def test_processes_of_the_same_boot_share_a_clock(self):
        server_clock.start()
        first = server_clock.clock_id(), server_clock.now_ms()
        server_clock.start()
        assert server_clock.clock_id() == first[0]
        assert server_clock.now_ms() >= first[1]

    def test_the_clock_shows_unix_time(self):
        server_clock.start()
        assert abs(server_clock.now_ms() - time.time() * 1000) < 60_000


def test_a_jump_of_the_wall_clock_does_not_move_the_server_clock(monkeypatch):
    before_ms = server_clock.now_ms()
    an_hour_later_ns = time.time_ns() + 3600 * 10**9
    monkeypatch.setattr(time, "time_ns", lambda: an_hour_later_ns)
    assert server_clock.now_ms() - before_ms < 60_000


def test_the_wall_clock_can_be_used_for_several_hosts():
    server_clock.start(wall=True)
    assert server_clock.clock_id() == "wall"
    assert abs(server_clock.now_ms() - time.time() * 1000) < 1000

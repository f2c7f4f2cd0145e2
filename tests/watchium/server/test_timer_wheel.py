from __future__ import annotations

import asyncio

from watchium.server.timer_wheel import STEP_S, TimerWheel


class Loop:
    """A loop's clock and its timers, moved by hand."""

    def __init__(self) -> None:
        self.now_s = 1000.0
        self.timers: list[tuple[float, object]] = []

    def time(self) -> float:
        return self.now_s

    def call_later(self, delay_s: float, call) -> None:
        self.timers.append((self.now_s + delay_s, call))

    def run(self, seconds: float) -> None:
        end = self.now_s + seconds
        while due := [timer for timer in self.timers if timer[0] <= end]:
            timer = min(due, key=lambda one: one[0])
            self.timers.remove(timer)
            self.now_s = max(self.now_s, timer[0])
            timer[1]()  # type: ignore[operator]
        self.now_s = end


def wheel_on(loop: Loop) -> TimerWheel:
    return TimerWheel(loop)  # type: ignore[arg-type]


def test_a_callback_is_called_once_within_two_steps_after_its_time():
    loop, called = Loop(), []
    wheel = wheel_on(loop)
    for wait_s in (0.01, 0.07, 1.0, 2.99, 3.0):
        due_s = loop.now_s + wait_s
        wheel.call_at(due_s, lambda due_s=due_s: called.append(loop.now_s - due_s))  # type: ignore[misc]
    loop.run(10)
    assert len(called) == 5
    assert all(0 <= late_s <= 2 * STEP_S + 1e-6 for late_s in called)


def test_a_callback_may_schedule_itself_again():
    loop, called = Loop(), []
    wheel = wheel_on(loop)

    def again() -> None:
        called.append(loop.now_s)
        wheel.call_at(loop.now_s + 1, again)

    again()
    loop.run(10.5)
    assert 10 <= len(called) <= 11


def test_an_overdue_callback_is_called_at_the_next_step():
    loop, called = Loop(), []
    wheel = wheel_on(loop)
    wheel.call_at(loop.now_s, lambda: called.append("first"))
    loop.run(60)
    wheel.call_at(loop.now_s - 30, lambda: called.append("overdue"))
    loop.run(1)
    assert called == ["first", "overdue"]


def test_a_blocked_loop_calls_everything_it_missed():
    loop, called = Loop(), []
    wheel = wheel_on(loop)
    for wait_s in range(1, 5):
        wheel.call_at(loop.now_s + wait_s, lambda wait_s=wait_s: called.append(wait_s))  # type: ignore[misc]
    loop.now_s += 20
    loop.run(0)
    assert called == [1, 2, 3, 4]


def test_an_empty_wheel_has_no_timer():
    loop = Loop()
    wheel = wheel_on(loop)
    wheel.call_at(loop.now_s + 1, lambda: None)
    loop.run(5)
    assert loop.timers == []


async def test_on_a_real_loop():
    called = asyncio.Event()
    loop = asyncio.get_running_loop()
    TimerWheel(loop).call_at(loop.time(), called.set)
    await asyncio.wait_for(called.wait(), 5)


def test_a_failing_callback_does_not_stop_the_others(caplog):
    loop, called = Loop(), []
    wheel = wheel_on(loop)
    wheel.call_at(loop.now_s + 1, lambda: 1 / 0)
    wheel.call_at(loop.now_s + 1, lambda: called.append("a callback of this step"))
    wheel.call_at(loop.now_s + 3, lambda: called.append("a callback of a later step"))
    loop.run(5)
    assert called == ["a callback of this step", "a callback of a later step"]
    assert "ZeroDivisionError" in caplog.text

"""Measure how a room's queue passes from one file to the next, in two Chromiums.

`python -m tests.bench.queue [--rounds 20]`: five clips of 4 to 6 s repeat in a room. Printed are the advances (of them
the doubled ones), how long the first picture of the next clip and its motion took to come, which frame of each was
shown first, and how far the two browsers were apart in the second after each start. Positions are those of presented
frames.

Of gaps longer than `--phases` ms it prints what they consist of: from the last frame to the end that the element
reports, to the arrival of the next load, to its start, to the element's first data, to the first frame.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tests.bench.sync.runner import FLAGS
from tests.browser.support.fixtures import join, make_room, wait_until_ready
from tests.servers import Server, chromium_path, watchium_server

LENGTHS_S = (5, 4, 6, 5, 4)
SETTLED_S = (0.5, 1.5)  # the part of each clip in which the browsers are compared
EXTRA_S = 30.0
# Every presented frame: server time at which it was shown, its position, and the clip. And every event of the queue.
RECORD = """() => {
    const { room } = watchium
    const media = document.querySelector("[data-media]")
    window.frames_ = []
    window.advances = []
    window.phases = []
    const note = (what, at = 0) => phases.push([room.serverNow(), what, at])
    for (const type of ["ended", "loadstart", "loadeddata", "playing"]) media.addEventListener(type, () => note(type))
    const received = room.socket.callbacks.received
    room.socket.callbacks.received = (envelope) => {
        if (envelope.type === "load") note("load", envelope.timestamp)
        received(envelope)
    }
    room.on("queue", ({ payload }) => {
        if (payload) advances.push({ cause: payload.cause, current: payload.current, revision: payload.revision })
    })
    const onFrame = (_now, { mediaTime, expectedDisplayTime }) => {
        frames_.push([room.clock.serverNow(expectedDisplayTime), mediaTime, media.currentSrc])
        media.requestVideoFrameCallback(onFrame)
    }
    media.requestVideoFrameCallback(onFrame)
}"""
BEGIN = """async () => {
    const { room } = watchium
    const { items } = await (await fetch(room.boot.library_url + "?q=Clip")).json()
    const clips = items.filter(({ title }) => title.startsWith("Clip ")).map(({ id }) => ({ item_id: id }))
    await room.say("set_queue", { repeat: "all" })
    await room.say("queue_add", { items: clips })
    const sample = room.state.queue?.current
    await room.say("queue_play", { entry_id: room.state.queue.entries.at(-clips.length).id })
    await room.say("queue_remove", { entry_ids: [sample] })
    return clips.length
}"""


def main() -> None:
    options = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    options.add_argument("--rounds", type=int, default=2)
    options.add_argument("--phases", type=float, default=1000.0)
    given = options.parse_args()
    rounds = given.rounds
    with (
        tempfile.TemporaryDirectory() as folder,
        watchium_server() as server,
        browsers(server) as (alice, bob),
    ):
        make_clips(Path(folder), server)
        join(bob, make_room(alice), "Bob")
        for page in (alice, bob):
            page.get_by_role("tab", name="Queue").click()
            wait_until_ready(page)
            page.evaluate(RECORD)
        assert alice.evaluate(BEGIN) == len(LENGTHS_S)
        expected = rounds * len(LENGTHS_S)
        wait_for_advances(alice, expected, rounds * (sum(LENGTHS_S) + len(LENGTHS_S)) + EXTRA_S)
        time.sleep(SETTLED_S[1])
        report([Recording(page) for page in (alice, bob)], expected, given.phases)


@contextmanager
def browsers(server: Server) -> Iterator[tuple[Page, Page]]:
    with sync_playwright() as playwright:
        both = [
            playwright.chromium.launch(executable_path=chromium_path(), args=FLAGS, headless=True)
            for _ in range(2)
        ]
        alice, bob = (each.new_context(base_url=server.url).new_page() for each in both)
        yield alice, bob
        for each in both:
            each.close()


def make_clips(folder: Path, server: Server) -> None:
    library = server.data_dir / "library"
    library.mkdir(exist_ok=True)
    for number, length_s in enumerate(LENGTHS_S, 1):
        picture = f"testsrc2=s=160x90:r=25:d={length_s}"
        sound = f"sine=frequency={200 + 60 * number}:d={length_s}"
        command = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", picture, "-f", "lavfi", "-i", sound]
        codecs = ["-c:v", "libx264", "-pix_fmt", "yuv420p", "-g", "25", "-c:a", "aac"]
        made = library / f"Clip {number}.mp4"
        subprocess.run([*command, *codecs, "-movflags", "+faststart", str(made)], check=True)
    server.manage("scan_media")


def wait_for_advances(page: Page, count: int, most_s: float) -> None:
    deadline = time.monotonic() + most_s
    while page.evaluate("advances.filter(({ cause }) => cause === 'advance').length") < count:
        if time.monotonic() > deadline:
            print(f"only so many advances within {most_s:.0f} s:")
            return
        time.sleep(0.5)


class Recording:
    """What one page showed: the frames of each clip in order, and the changes of the queue."""

    def __init__(self, page: Page) -> None:
        self.clips: list[list[tuple[float, float]]] = []
        self.names: list[str] = []
        last = ""
        for at_ms, position_s, source in page.evaluate("frames_"):
            if source != last or (self.clips[-1] and position_s < self.clips[-1][-1][1] - 1):
                self.clips.append([])
                self.names.append(source)
                last = source
            self.clips[-1].append((at_ms, position_s))
        self.advances = [each for each in page.evaluate("advances") if each["cause"] == "advance"]
        self.phases: list[tuple[float, str, float]] = page.evaluate("phases")

    @property
    def gaps_ms(self) -> list[float]:
        pairs = zip(self.clips[1:], self.clips[2:], strict=False)  # the first is the sample
        return [after[0][0] - before[-1][0] for before, after in pairs]

    @property
    def stands_ms(self) -> list[float]:
        """From the last frame of a clip until the next one moves: its first frame is shown before it starts."""
        pairs = zip(self.clips[1:], self.clips[2:], strict=False)
        return [
            after[1][0] - 1000 * (after[1][1] - after[0][1]) - before[-1][0]
            for before, after in pairs
            if after[1:]
        ]

    def long_gaps(self, longer_than_ms: float) -> Iterator[str]:
        """Describe each long gap: what happened how many ms after the last frame before it."""
        for before, after in zip(self.clips[1:], self.clips[2:], strict=False):
            begin, end = before[-1][0], after[0][0]
            if end - begin <= longer_than_ms:
                continue
            events = [
                f"{what} {at - begin:.0f}" + (f" (starts {starts - begin:.0f})" if starts else "")
                for at, what, starts in self.phases
                if begin - 3000 <= at <= end + 50
            ]
            yield f"{end - begin:.0f} ms after {before[-1][1]:.2f} s: {', '.join(events)}"

    @property
    def lost_s(self) -> list[float]:
        """Position of the first frame of each clip that followed another one."""
        return [clip[0][1] for clip in self.clips[2:]]

    def zero_ms(self, number: int) -> float | None:
        """Server time at which the clip was at its beginning, from its settled frames."""
        clip = self.clips[number] if number < len(self.clips) else []
        begins = [at - 1000 * s for at, s in clip if SETTLED_S[0] <= s <= SETTLED_S[1]]
        return statistics.median(begins) if begins else None


def report(recordings: list[Recording], expected: int, longer_than_ms: float) -> None:
    for name, recording in zip(("alice", "bob"), recordings, strict=True):
        doubled = sum(
            before["current"] == after["current"]
            for before, after in zip(recording.advances, recording.advances[1:], strict=False)
        )
        print(f"{name}: {len(recording.advances)} advances of {expected}, {doubled} doubled")
        print(f"  no picture of the next clip, ms: {spread(recording.gaps_ms)}")
        print(f"  no motion between clips, ms: {spread(recording.stands_ms)}")
        for gap in recording.long_gaps(longer_than_ms):
            print(f"    {gap}")
        print(f"  first frame shown of each clip, ms: {spread([1000 * s for s in recording.lost_s])}")
    alice, bob = recordings
    skews = []
    for number in range(1, min(len(alice.clips), len(bob.clips))):
        a, b = alice.zero_ms(number), bob.zero_ms(number)
        if a is not None and b is not None and alice.names[number] == bob.names[number]:
            skews.append(abs(a - b))
    print(f"apart in the second after a start, ms: {spread(skews)} ({len(skews)} starts)")


def spread(values: list[float]) -> str:
    if not values:
        return "none"
    ordered = sorted(values)
    p95 = ordered[min(len(ordered) - 1, int(0.95 * len(ordered)))]
    return f"median {statistics.median(values):.0f}, p95 {p95:.0f}, most {ordered[-1]:.0f}"


if __name__ == "__main__":
    main()

"""Play every generated file as a library item, as it is and prepared, and print what each engine does with it.

`python -m tests.bench.media [--engines chromium,firefox,webkit] [--only NAME] [--unprepared]` prints a line for each
file, engine and form: whether the picture at two positions is the right one and the tone is there, or the reason that
the room gives for refusing the file. A file that is silent, black or at another position makes it end with 1.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import time
from collections import Counter
from typing import Any

from tests.bench.host_page import host_page
from tests.deployments import GENEROUS
from tests.media import SOURCES, made, missing
from tests.media.room_player import Seen, play
from tests.servers import Server, watchium_server

PREPARED_WITHIN_S = 600
SCAN_S = 300
# Firefox shows up to four pictures too early after a paused seek in Matroska with B-frames, and the right ones while it
# plays: it takes their durations from the order in which they are decoded. All else is exact.
MOST_EARLY = 4
ITEMS = """async () => {
    const items = []
    let after = ""
    for (let page = {}; page.next !== null; after = page.next) {
        page = await (await fetch(`/api/library/?after=${encodeURIComponent(after ?? "")}`)).json()
        items.push(...page.items)
    }
    return items
}"""


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--engines", default="chromium,firefox")
    parser.add_argument("--only", default="", help="files whose name contains this")
    parser.add_argument("--unprepared", action="store_true", help="play the files as they are only")
    options = parser.parse_args()
    names = [name for name in SOURCES if options.only in name and not missing(name)]
    results: Counter[str] = Counter()
    with watchium_server(GENEROUS) as server:
        fill(server, names)
        for form in ("as it is", "prepared"):
            if form == "prepared":
                if options.unprepared:
                    break
                server.manage("scan_media", "--prepare", "--verbosity", "0", timeout_s=SCAN_S)
            for engine in options.engines.split(","):
                with host_page(engine, server) as (_, page):
                    if form == "prepared":
                        wait_until_prepared(page)
                    for item in page.evaluate(ITEMS):
                        if form == "as it is" or item["plays"] not in ("direct", "no"):
                            results[report(page, item, form, engine)] += 1
    print(", ".join(f"{count} {what}" for what, count in sorted(results.items())))
    return 1 if results["WRONG"] else 0


def fill(server: Server, names: list[str]) -> None:
    shelf = server.data_dir / "library"
    shelf.mkdir(exist_ok=True)
    for name in names:
        shutil.copy(made(name), shelf / f"{name.replace('.', ' ')}.{name.rpartition('.')[2]}")
    print(server.manage("scan_media", timeout_s=SCAN_S))


def wait_until_prepared(page: Any) -> None:
    """Raises TimeoutError."""
    end = time.monotonic() + PREPARED_WITHIN_S
    while time.monotonic() < end:
        states = [item["conversion"] for item in page.evaluate(ITEMS)]
        if not any(state and state["state"] in ("queued", "running") for state in states):
            return
        time.sleep(0.5)
    raise TimeoutError("the conversions did not end")


def report(page: Any, item: dict[str, Any], form: str, engine: str) -> str:
    exact = engine != "firefox" or form == "prepared" or item["plays"] == "direct"
    begins_s = SOURCES[name_of(item)].begins_s
    most_early = 0 if exact else MOST_EARLY
    seen = play(
        page, item["url"], item["id"], film=item["kind"] == "video", most_early=most_early, begins_s=begins_s
    )
    result = verdict(item, form, seen)
    where = f"paused picture {seen.early} early" if seen.early else "exact seek"
    text = seen.problem or f"picture, sound ({seen.hertz} Hz), {where}"
    print(f"{item['title']:24} {item['plays']:9} {engine:9} {form:9} {result:8} {text}", flush=True)
    return result


def name_of(item: dict[str, Any]) -> str:
    """The name of the generated file: its item is called like it with spaces for dots, the episode by its tag."""
    names = {name.replace("_", " ").replace(".", " "): name for name in SOURCES}
    return names.get(item["title"], "episode.mkv")


def verdict(item: dict[str, Any], form: str, seen: Seen) -> str:
    """A file may be refused with its reason as long as it is not prepared; nothing else may go wrong."""
    if not seen.problem:
        return "near" if seen.early else "plays"
    if seen.refused and item["why"] in seen.problem and (form == "as it is" or item["plays"] == "no"):
        return "refused"
    return "WRONG"


if __name__ == "__main__":
    sys.exit(main())

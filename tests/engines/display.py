"""An X display without a screen, for browsers that need one."""

from __future__ import annotations

import os
import select
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

from tests.servers import START_S, xvfb_path
from tests.servers.child_process import end

SIZE = "1600x1200x24"


@contextmanager
def virtual_display() -> Iterator[str]:
    """Yield its name for `DISPLAY`. Xvfb picks a free number and prints it when it is ready."""
    reading, writing = os.pipe()
    process = subprocess.Popen(
        [xvfb_path(), "-displayfd", str(writing), "-screen", "0", SIZE, "-nolisten", "tcp"],
        pass_fds=(writing,), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    os.close(writing)
    try:
        ready, _, _ = select.select([reading], [], [], START_S)
        number = os.read(reading, 16).decode().strip() if ready else ""
        if not number:
            raise RuntimeError(f"Xvfb did not start within {START_S:.0f} s")
        yield f":{number}"
    finally:
        os.close(reading)
        end(process)

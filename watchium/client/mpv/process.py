"""Starts mpv with a socket of its own, or connects to one that runs."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import tempfile
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

from watchium.client.mpv.ipc import MpvGone, MpvIpc

END_WITHIN_S = 3.0

# It stays open without a file and at the end of one, stops there without being paused, and does not remember positions.
OPTIONS = {
    "idle": "yes",
    "force-window": "yes",
    "keep-open": "yes",
    "keep-open-pause": "no",
    "resume-playback": "no",
    "save-position-on-quit": "no",
    "pause": "yes",
}
# Of these only what the client needs is set in an mpv that runs already.
NEEDED = ("idle", "keep-open", "keep-open-pause")


class MpvMissing(Exception):
    """There is no mpv to start."""


@contextlib.asynccontextmanager
async def started(executable: str, more: Sequence[str]) -> AsyncIterator[MpvIpc]:
    """Start mpv; end it afterwards if it still runs.

    Raises:
        MpvMissing: the program does not exist.
        MpvGone: it ends at once, for example because of an option that it does not know.
    """
    found = shutil.which(executable)
    if found is None:
        raise MpvMissing(f"There is no program {executable}. Install mpv, or name it with --mpv.")
    with tempfile.TemporaryDirectory(prefix="watchium-mpv-") as folder:
        path = Path(folder) / "ipc"
        options = [f"--{name}={value}" for name, value in OPTIONS.items()]
        process = await asyncio.create_subprocess_exec(
            found,
            "--no-terminal",
            *options,
            *more,
            f"--input-ipc-server={path}",
            stdin=asyncio.subprocess.DEVNULL,
        )
        try:
            ipc = await _connect(process, path)
            try:
                yield ipc
            finally:
                await ipc.close()
        finally:
            await _end(process)


async def _connect(process: asyncio.subprocess.Process, path: Path) -> MpvIpc:
    connecting = asyncio.ensure_future(MpvIpc.connect(path))
    ending = asyncio.ensure_future(process.wait())
    await asyncio.wait([connecting, ending], return_when=asyncio.FIRST_COMPLETED)
    ending.cancel()
    if connecting.done():
        return connecting.result()
    connecting.cancel()
    raise MpvGone(f"mpv ended at once, with {process.returncode}. Try its options by hand.")


async def _end(process: asyncio.subprocess.Process) -> None:
    """The socket closed, which mpv takes for no reason to end."""
    if process.returncode is not None:
        return
    try:
        await asyncio.wait_for(process.wait(), 0.3)  # it is on its way out if the person closed it
    except TimeoutError:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        try:
            await asyncio.wait_for(process.wait(), END_WITHIN_S)
        except TimeoutError:
            process.kill()
            await process.wait()


@contextlib.asynccontextmanager
async def running(path: Path) -> AsyncIterator[MpvIpc]:
    """Use an mpv that listens on a socket, and leave it running. Raises MpvGone if none does."""
    ipc = await MpvIpc.connect(path, within_s=1.0)
    try:
        before = {name: await ipc.get(f"options/{name}") for name in NEEDED}
        for name in NEEDED:
            await ipc.set(f"options/{name}", OPTIONS[name])
        yield ipc
        with contextlib.suppress(MpvGone):
            for name, value in before.items():
                await ipc.set(f"options/{name}", value)
    finally:
        await ipc.close()

"""Child processes of the test run: wait for them with a time limit, and stop them by pid."""

import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

START_S = 40.0  # for a first start on a busy machine; an idle one takes 2 to 3 s
STOP_S = 12.0


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def wait_for(answers: Callable[[], bool], process: "subprocess.Popen[bytes]", log: Path, what: str) -> None:
    until = time.monotonic() + START_S
    while not answers():
        if process.poll() is not None:
            raise RuntimeError(f"{what} ended with {process.returncode} instead of starting:\n{tail(log)}")
        if time.monotonic() > until:
            end(process)
            raise RuntimeError(f"{what} did not answer within {START_S:.0f} s:\n{tail(log)}")
        time.sleep(0.05)


def tail(log: Path, chars: int = 4000) -> str:
    return log.read_text(errors="replace")[-chars:] if log.exists() else ""


def end(process: "subprocess.Popen[bytes]", with_signal: int = signal.SIGTERM) -> int:
    """Send the signal, then SIGKILL after a timeout; return the exit status."""
    if process.poll() is None:
        process.send_signal(with_signal)
        try:
            process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(STOP_S)
    return process.returncode


def accepts(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


@contextmanager
def folder_for(prefix: str) -> Iterator[Path]:
    path = Path(tempfile.mkdtemp(prefix=f"watchium-{prefix}-"))
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)

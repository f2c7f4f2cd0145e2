"""Dependencies of the benchmark only: installed at its first run into .venv, pinned with hashes."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

from tests.servers import ROOT, Missing

HERE = Path(__file__).parent.parent
KEPT = ROOT / ".venv" / "bench"
FETCH_S = 180.0


def python_packages() -> Path:
    """Return the folder with picows, for PYTHONPATH."""
    folder = KEPT / "python"
    pip = [sys.executable, "-m", "pip", "install", "-qq", "--disable-pip-version-check", "--no-deps"]
    _fetched(
        folder,
        [HERE / "requirements.txt"],
        [*pip, "--require-hashes", "--target", ".", "-r", "requirements.txt"],
    )
    return folder


def node() -> str:
    """Return the path of Node. Raises Missing."""
    for name in ("node", "nodejs"):
        if found := shutil.which(name):
            return found
    raise Missing("no Node here: left out are ws and socket.io")


def node_modules() -> Path:
    """Return the folder with ws and socket.io, for NODE_PATH. Raises Missing."""
    npm = shutil.which("npm")
    if npm is None:
        raise Missing("no npm here: left out are ws and socket.io")
    folder = KEPT / "node"
    files = [HERE / "servers" / name for name in ("package.json", "package-lock.json")]
    _fetched(folder, files, [npm, "ci", "--silent", "--no-audit", "--no-fund", "--ignore-scripts"])
    return folder / "node_modules"


def _fetched(folder: Path, files: list[Path], command: list[str | Path]) -> None:
    """Run the command in the folder, unless it ran with the same files before."""
    done = folder / "done"
    wanted = b"".join(file.read_bytes() for file in files)
    if done.exists() and done.read_bytes() == wanted:
        return
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for file in files:
        shutil.copy(file, folder)
    print(f"Fetching what {files[-1].name} pins ...", flush=True)
    subprocess.run(command, cwd=folder, check=True, timeout=FETCH_S)
    done.write_bytes(wanted)

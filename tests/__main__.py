"""`python -m tests [part ...]`: the whole suite, or the named parts of it, each in a process of its own.

Ends with a status other than 0 when any part failed, and, with `CI=true`, when any part was skipped.
"""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from tests import services

ROOT = services.ROOT
PYTHON = Path(sys.executable)
# Deeds and sockets, once more, on the database that carries more than one process.
ON_POSTGRES = ("rooms", "playback", "chat", "watchium")


class Skipped(Exception):
    """Something this part needs is not here."""


def run(*command: str | Path, env: dict[str, str] | None = None) -> bool:
    print(
        f"\n$ {' '.join(Path(word).name if Path(word).is_absolute() else str(word) for word in command)}",
        flush=True,
    )
    status = subprocess.run(command, cwd=ROOT, env={**os.environ, **(env or {})}, check=False).returncode
    return status == 0


def pytest(*arguments: str | Path, env: dict[str, str] | None = None) -> bool:
    return run(PYTHON, "-m", "pytest", "-q", *arguments, env=env)


def lint() -> bool:
    tools = PYTHON.parent
    return all(
        [
            run(tools / "ruff", "check", "."),
            run(tools / "ruff", "format", "--check", "."),
            run(tools / "mypy"),
            run(tools / "lint-imports", "--no-cache"),
        ]
    )


def python() -> bool:
    return pytest("-n", "2")


def postgres() -> bool:
    folders = [f"tests/{name}" for name in ON_POSTGRES if any((ROOT / "tests" / name).glob("test_*.py"))]
    if not folders:
        raise Skipped("there are no deeds to test")
    try:
        with services.postgres() as url:
            return pytest("-n", "2", *folders, env={"DATABASE_URL": url})
    except services.Missing as missing:
        raise Skipped(str(missing)) from None


def js() -> bool:
    import playwright

    scripts = sorted(path for path in (ROOT / "tests" / "js").glob("**/*js") if "test" in path.name)
    if not scripts:
        raise Skipped("there are no JavaScript tests")
    node = Path(playwright.__file__).parent / "driver" / ("node.exe" if os.name == "nt" else "node")
    return run(
        node,
        "--disable-warning=MODULE_TYPELESS_PACKAGE_JSON",
        "--test",
        *(p.relative_to(ROOT) for p in scripts),
    )


def browser() -> bool:
    if not any((ROOT / "tests" / "browser").glob("test_*.py")):
        raise Skipped("there are no browser tests")
    try:
        services.chromium_path()
    except services.Missing as missing:
        raise Skipped(str(missing)) from None
    return pytest("-c", "tests/browser/pytest.ini", "tests/browser")


PARTS: dict[str, Callable[[], bool]] = {
    "lint": lint,
    "python": python,
    "postgres": postgres,
    "js": js,
    "browser": browser,
}


def main(names: list[str]) -> int:
    chosen = names or list(PARTS)
    if chosen != ["lint"] and (absent := services.missing_packages()):
        services.install(list(absent))
    failed, skipped = [], []
    for name in chosen:
        print(f"\n======== {name}", flush=True)
        try:
            if not PARTS[name]():
                failed.append(name)
        except Skipped as reason:
            skipped.append(f"{name}: {reason}")
    print("\n======== the whole")
    for reason in skipped:
        print(f"SKIPPED {reason}")
    if skipped and os.environ.get("CI") == "true":
        failed.append("skipped parts, with CI=true")
    print(
        f"FAILED {', '.join(failed)}"
        if failed
        else "All that ran passed."
        if skipped
        else "Everything passed."
    )
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

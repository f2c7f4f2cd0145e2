"""A check, its result, and the function that runs checks in order; each check has a time limit."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from threading import Thread
from typing import Literal

Level = Literal["ok", "warn", "fail"]


@dataclass(frozen=True)
class Result:
    """`fix` is what the operator should do; empty if there is nothing to do.

    `skips_dependents`: checks that need this one are left out of the output, because they would add nothing to it.
    """

    level: Level
    message: str
    fix: str = ""
    skips_dependents: bool = False


@dataclass(frozen=True)
class Check:
    """`needs` is the name of the check that has to pass before this one makes sense."""

    name: str
    function: Callable[[], Result]
    timeout_s: float = 5.0
    needs: str = ""


def ok(message: str) -> Result:
    return Result("ok", message)


def warn(message: str, fix: str) -> Result:
    return Result("warn", message, fix)


def fail(message: str, fix: str) -> Result:
    return Result("fail", message, fix)


def run_all(checks: list[Check]) -> Iterator[tuple[str, Result]]:
    """Run the checks in order and yield the name and the result of each that is not skipped."""
    failed: set[str] = set()
    skipped: set[str] = set()
    for check in checks:
        if check.needs in skipped:
            skipped.add(check.name)
            continue
        if check.needs in failed:
            result = fail(f"not checked, because {check.needs} failed", f"Fix {check.needs} first.")
        else:
            result = run(check)
        if result.level == "fail":
            failed.add(check.name)
        if result.skips_dependents:
            skipped.add(check.name)
        yield check.name, result


def run(check: Check) -> Result:
    """Run one check on a thread; it fails if it raises or does not return in time."""
    results: list[Result] = []

    def on_thread() -> None:
        try:
            results.append(check.function())
        except Exception as error:
            results.append(
                fail(f"{type(error).__name__}: {first_line(error)}", "See the log of the service it names.")
            )

    # A daemon thread, joined for a limited time: a check of a frozen server never returns and must not block exit.
    thread = Thread(target=on_thread, name=check.name, daemon=True)
    thread.start()
    thread.join(check.timeout_s)
    if results:
        return results[0]
    return fail(
        f"no answer within {check.timeout_s:g} s",
        "The service accepts connections but does not answer: check its load and its log.",
    )


def first_line(error: BaseException) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]

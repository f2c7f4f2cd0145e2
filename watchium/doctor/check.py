"""A check and what it finds; each check has an end, whatever it waits for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from threading import Thread
from typing import Literal

Level = Literal["ok", "warn", "fail"]


@dataclass(frozen=True)
class Finding:
    """`fix` says what to do about it; empty where nothing is to be done.

    `skips_rest`: it says all there is to say, so that what needs the same is not asked.
    """

    level: Level
    says: str
    fix: str = ""
    skips_rest: bool = False


Check = Callable[[], Finding]


@dataclass(frozen=True)
class Question:
    """`needs`: what it is about that has to be well first."""

    about: str
    check: Check
    bound_s: float = 5.0
    needs: str = ""


def ok(says: str) -> Finding:
    return Finding("ok", says)


def warn(says: str, fix: str) -> Finding:
    return Finding("warn", says, fix)


def fail(says: str, fix: str) -> Finding:
    return Finding("fail", says, fix)


def run_all(questions: list[Question]) -> Iterator[tuple[str, Finding]]:
    failed: set[str] = set()
    skipped: set[str] = set()
    for question in questions:
        if question.needs in skipped:
            skipped.add(question.about)
            continue
        if question.needs in failed:
            finding = fail(f"not asked, because of the {question.needs}", f"First the {question.needs}.")
        else:
            finding = ask(question)
        if finding.level == "fail":
            failed.add(question.about)
        if finding.skips_rest:
            skipped.add(question.about)
        yield question.about, finding


def ask(question: Question) -> Finding:
    """The check's finding; one that breaks or does not come back has failed."""
    found: list[Finding] = []

    def on_thread() -> None:
        try:
            found.append(question.check())
        except Exception as error:
            found.append(
                fail(f"{type(error).__name__}: {first_line(error)}", "See the log of whatever it names.")
            )

    # Not joined for ever, and no obstacle to leaving: a check of a frozen server never returns.
    thread = Thread(target=on_thread, name=question.about, daemon=True)
    thread.start()
    thread.join(question.bound_s)
    if found:
        return found[0]
    return fail(
        f"no answer within {question.bound_s:g} s",
        "It is up but does not answer: look at its load and its log.",
    )


def first_line(error: BaseException) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]

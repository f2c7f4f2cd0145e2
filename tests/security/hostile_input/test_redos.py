from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterator
from re import _constants as op  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

import pytest

import chat
import playback
import rooms
import watchium
from watchium.telemetry import log_config

# Importing these runs code; none of them has a pattern.
NOT_LOOKED_AT = (".migrations", ".management", "watchium.asgi")
ENDLESS = 1000  # larger repetitions count as unbounded
REPEATS = (op.MAX_REPEAT, op.MIN_REPEAT, getattr(op, "POSSESSIVE_REPEAT", None))


def patterns_of(value: Any) -> Iterator[re.Pattern[Any]]:
    if isinstance(value, re.Pattern):
        yield value
    elif isinstance(value, tuple | list | frozenset):
        for part in value:
            if not isinstance(part, str | int):  # tables of characters have ten thousands
                yield from patterns_of(part)
    elif isinstance(value, dict):
        yield from patterns_of(tuple(value.values()))


def our_patterns() -> dict[str, re.Pattern[Any]]:
    """Return every compiled pattern in our modules, by its location."""
    found = {}
    for package in (watchium, rooms, playback, chat):
        for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
            if any(part in module.name for part in NOT_LOOKED_AT):
                continue
            for name, value in vars(importlib.import_module(module.name)).items():
                for number, pattern in enumerate(patterns_of(value)):
                    found[f"{module.name}.{name}.{number}"] = pattern
    return found


PATTERNS = our_patterns()


def is_endless(part: tuple[Any, Any]) -> bool:
    return part[0] in REPEATS and part[1][1] >= ENDLESS


def parts_of(argument: Any) -> Iterator[Any]:
    """Yield the sequences within one node of a parsed pattern."""
    if isinstance(argument, parser.SubPattern):
        yield argument
    elif isinstance(argument, tuple | list):
        for inner in argument:
            yield from parts_of(inner)


def begins_endless(sequence: Any) -> bool:
    """Return whether a search could start at each character of a long run and scan the rest."""
    for part in sequence:
        if part[0] in (op.AT, op.ASSERT, op.ASSERT_NOT):
            return False  # which only few characters of a run can pass
        if is_endless(part):
            return True
        if part[0] in REPEATS and part[1][0] == 0:
            continue  # may be left out: then the next one begins
        return any(begins_endless(inner) for inner in parts_of(part[1]))
    return False


def endless_within_endless(sequence: Any, within: bool = False) -> bool:
    return any(
        (within and is_endless(part))
        or any(endless_within_endless(inner, within or is_endless(part)) for inner in parts_of(part[1]))
        for part in sequence
    )


@pytest.mark.parametrize("where", PATTERNS)
def test_no_pattern_can_take_more_than_linear_time(where: str):
    parsed = parser.parse(PATTERNS[where].pattern, PATTERNS[where].flags)
    assert not begins_endless(parsed), "each character of a long word begins the search again"
    assert not endless_within_endless(parsed), "a repetition of repetitions"


@pytest.mark.parametrize("bad", [r"(\w+://[^\s:/@]*):", r"x?\w+@", r"(?:a+)+$", r"^(?:(?:ab)*c*)*d"])
def test_the_check_finds_quadratic_patterns(bad: str):
    parsed = parser.parse(bad)
    assert begins_endless(parsed) or endless_within_endless(parsed)


def test_the_patterns_of_the_log_are_checked():
    assert {
        "watchium.telemetry.log_config.SECRETS.0",
        "watchium.telemetry.log_config.IPV6.0",
    } <= PATTERNS.keys()


@pytest.mark.parametrize(
    "unit", ["a", "a:", "a://", "password=", "1.1.1.", "bearer ", "ab:", "\n", "x\n", "é"]
)
def test_log_lines_have_a_maximum_length(unit: str):
    most = (log_config.FIRST_LINES + log_config.LAST_LINES + 1) * (
        log_config.LINE_CHARS + len(log_config.CUT) + 1
    )
    assert len(log_config.shortened(unit * 500_000)) <= most
    one_line = unit.replace("\n", " ") * 500_000
    assert len(log_config.shortened(one_line)) <= log_config.LINE_CHARS + len(log_config.CUT)


def test_a_long_traceback_keeps_its_beginning_and_end():
    lines = ["Traceback", *["  somewhere"] * 5000, "ValueError: this"]
    assert log_config.shortened("\n".join(lines)).startswith("Traceback\n")
    assert log_config.shortened("\n".join(lines)).endswith("\nValueError: this")


@pytest.mark.parametrize("before", range(0, 40, 3))
def test_a_truncated_secret_is_redacted(before: int):
    padding = "x" * (log_config.LINE_CHARS - before)
    for secret in ("postgres://watchium:hunterhunter@db/", "password=hunterhunter", "bearer hunterhunter"):
        assert "hunterh" not in log_config.scrubbed(f"{padding} {secret} and so on" + "y" * 3000)
